"""The researcher's workbench in the browser: `streamlit run app.py`."""

from analyzer.ui.shell import run

run()
