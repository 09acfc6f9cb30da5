"""Large files: read in chunks, staged by COPY, checked in sets, applied whole or not at all.

registry   the kinds of files, and what a kind brings
reading    rows of a CSV or workbook, a few at a time
header     which column is which
staging    the job's own table
leases     one worker at a time; another takes over when it dies
counting   what is wrong: kept up to a limit, counted in full
runner     the way of a job
"""
