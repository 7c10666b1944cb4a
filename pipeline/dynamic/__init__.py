"""The panel with feedback: do ratings follow advocacy, once advocacy may follow ratings? (METHODS.md, "Feedback")."""

from pipeline.dynamic.combination import Difference as Difference
from pipeline.dynamic.combination import combine as combine
from pipeline.dynamic.errors import Number as Number
from pipeline.dynamic.panel import Name as Name
from pipeline.dynamic.panel import Panel as Panel
from pipeline.dynamic.panel import Unidentified as Unidentified
from pipeline.dynamic.panel import fit_panel as fit_panel
from pipeline.dynamic.series import Series as Series
from pipeline.dynamic.series import series_of as series_of
