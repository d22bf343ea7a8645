"""The script that `policy-analyzer app` hands to Streamlit; in a checkout `app.py` is the same."""

from analyzer.ui.shell import run

run()
