/* What the prelude may ask of C, and how its files are found. */
#ifndef RD_POLICY_PRELUDE_HOST_H
#define RD_POLICY_PRELUDE_HOST_H

#include <lua.h>

struct rd_zone;

/* Pushes the table that the prelude file `name` ("main") returns, running it at its first use. Each
 * file is called with (use, host). `*zone` is what `date` of an import reads at run time. Behind
 * the door. */
void l_prelude_use(lua_State *L, const char *name, struct rd_zone *const *zone);
/* Forgets the prelude's tables: what company code does not hold becomes garbage. */
void l_prelude_forget(lua_State *L);

#endif
