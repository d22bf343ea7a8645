"""What the whole server shares: the open library and the queue that reads files into it."""

from __future__ import annotations

import getpass
import os

import streamlit as st

from analyzer import store as library
from analyzer.store import Store
from analyzer.ui.language import language
from analyzer.ui.queue import Queue, add_samples


@st.cache_resource(show_spinner=False)
def opened(home: str) -> Store:
    return library.open_store()


@st.cache_resource(show_spinner=False)
def started(home: str) -> Queue:
    """The queue's worker thread; on the first start of a library the sample documents are its first jobs."""
    queue = Queue(the_store())
    add_samples(queue.store)
    queue.start()
    return queue


def the_store() -> Store:
    return opened(f"{library.default_home()} {os.environ.get('POLICY_ANALYZER_DATABASE', '')}")


def the_queue() -> Queue:
    return started(f"{library.default_home()} {os.environ.get('POLICY_ANALYZER_DATABASE', '')}")


def waiting(store: Store) -> int:
    """How many files of the queue are still to be read."""
    counts = library.count_jobs(store)
    return counts.get("queued", 0) + counts.get("running", 0)


def who() -> str:
    """The name that the log of corrections gets: what the settings say, else the system's user."""
    name = st.session_state.get("who") or library.read_setting(the_store(), "who")
    if name:
        st.session_state["who"] = name
        return str(name)
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "user" if language() == "en" else "用户"
