/* SIGBUS is how a mapped file says that it can't be read: the disk failed, or the file is shorter
 * than it was. Nothing can be gone on with then; but whoever restarts us should know why. Only what
 * is safe in a signal's handler is called here. */
#include "server/fatal.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static void fatal_on_bus(int number)
{
    static const char text[] =
        "{\"level\":\"error\",\"room\":\"store\",\"msg\":\"a page of the store can't be read "
        "(SIGBUS): its file was cut short or the disk fails; what was acknowledged is in the "
        "journal: look at the disk, then run `redress store verify` and `redress store "
        "rebuild`\"}\n";
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    (void)raise(number); /* by default now: the end, and a core where the system keeps them */
}

void rd_fatal_prepare(void)
{
    struct sigaction bus;
    memset(&bus, 0, sizeof bus);
    bus.sa_handler = fatal_on_bus;
    bus.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
    (void)sigaction(SIGBUS, &bus, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
}
