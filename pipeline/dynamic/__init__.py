"""The panel with feedback: do ratings follow advocacy, once advocacy may follow ratings? (METHODS.md, "Feedback")."""

from pipeline.dynamic.combination import PanelDifference as PanelDifference
from pipeline.dynamic.combination import combine as combine
from pipeline.dynamic.errors import PanelNumber as PanelNumber
from pipeline.dynamic.panel import Panel as Panel
from pipeline.dynamic.panel import PanelName as PanelName
from pipeline.dynamic.panel import Unidentified as Unidentified
from pipeline.dynamic.panel import fit_panel as fit_panel
from pipeline.dynamic.series import Series as Series
from pipeline.dynamic.series import series_of as series_of
