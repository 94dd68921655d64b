"""Streamlit pages over the models in sql/."""
