/* The prelude: the Lua files of engine/policy/prelude, built into the program. */
#ifndef RD_POLICY_PRELUDE_H
#define RD_POLICY_PRELUDE_H

#include <stddef.h>

/* One file; static, for ever. */
struct rd_prelude_file {
    const char *name; /* "decision.lua" */
    const char *text; /* NUL-terminated */
    size_t len;
};

/* In the order of their names; `rd_prelude_count` of them. */
extern const struct rd_prelude_file rd_prelude_files[];
extern const size_t rd_prelude_count;

#endif
