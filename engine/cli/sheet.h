/* Sheets: tables as files that spreadsheet programs open. */
#ifndef RD_CLI_SHEET_H
#define RD_CLI_SHEET_H

#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"

/* Appends one row of cells (NULL is an empty one) as RFC 4180 has it, with CRLF.
 *
 * A cell that a spreadsheet would take for a formula (it begins with =, +, -, @, a tab or a
 * carriage return; see OWASP, CSV injection) gets a ' before it, unless it is a plain number such
 * as -3 or -12.50: what a customer wrote is shown and never executed. */
void rd_sheet_row(struct rd_buf *out, struct rd_arena *arena, const char *const *cells,
                  size_t count);

#endif
