/* The table functions of the sandbox. */
#ifndef RD_POLICY_SANDBOX_TABLE_H
#define RD_POLICY_SANDBOX_TABLE_H

#include <lua.h>

/* Pushes a new table: concat, insert, remove, sort, unpack. */
void l_sandbox_push_table(lua_State *L);

#endif
