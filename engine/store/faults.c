/* Faults: how tests make the disk fill up and the process die at a named place.
 *
 * The only state of the program outside an object: how often the fault that is set was hit. It must
 * never be in a release build; without RD_FAULTS only the question whether it is there remains.
 */
#include "store/faults.h"

#ifdef RD_FAULTS

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool rd_faults_on(void)
{
    return true;
}

/* One caller at a time. */
static bool fault_hit(const char *name)
{
    static char armed[128]; /* the setting that `hits` was counted for */
    static long hits;
    const char *setting = getenv("RD_FAULT");
    if (!setting || strlen(setting) >= sizeof(armed)) {
        armed[0] = 0;
        return false;
    }
    if (strcmp(setting, armed) != 0) {
        memcpy(armed, setting, strlen(setting) + 1);
        hits = 0;
    }
    const char *colon = strchr(setting, ':');
    size_t len = colon ? (size_t)(colon - setting) : strlen(setting);
    if (strlen(name) != len || memcmp(name, setting, len) != 0) {
        return false;
    }
    char *behind = NULL;
    long count = colon ? strtol(colon + 1, &behind, 10) : 0;
    long times = behind && *behind == ':' ? strtol(behind + 1, NULL, 10) : LONG_MAX;
    long hit = hits++;
    return hit >= count && hit - count < times;
}

bool rd_fault_hit(const char *name)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&lock);
    bool hit = fault_hit(name);
    pthread_mutex_unlock(&lock);
    return hit;
}

void rd_fault_exit(const char *name)
{
    if (rd_fault_hit(name)) {
        _exit(137);
    }
}

#else

bool rd_faults_on(void)
{
    return false;
}

#endif
