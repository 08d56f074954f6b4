"""Two pages to print: a worksheet for those who learn, and notes for those who teach.

Both are self-contained HTML in the language of the screen: no script, no request, A4.
"""
