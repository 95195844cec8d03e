"""What the system says about this process."""

import resource


def figures():
    """Resident memory now and at its highest since the start or the last reset, in kilobytes; None where unknown."""
    try:
        with open("/proc/self/status") as file:
            lines = dict(line.split(":", 1) for line in file if ":" in line)
        return {
            "resident_kilobytes": int(lines["VmRSS"].split()[0]),
            "peak_kilobytes": int(lines["VmHWM"].split()[0]),
        }
    except OSError:
        return {"resident_kilobytes": None, "peak_kilobytes": None}


def reset_peak():
    """Makes the highest resident memory start again from the present one."""
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def page_faults():
    """How often this process touched a page that it had not yet been given."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
