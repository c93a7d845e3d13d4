/* Claims about authority: every row can be the one that allows somebody. The first row that fits
 * role and reach decides, so one that stands behind wider ones says something that never counts. */
#include "domain/prove_inside.h"

static bool row_is_used(const struct prove *prove, const struct rd_authority_row *row,
                        const char **hidden)
{
    bool speaks = false;
    for (size_t p = 0; p < prove->model->permission_count; p++) {
        const struct rd_permission *permission = &prove->model->permissions[p];
        for (size_t i = 0; i < permission->row_count; i++) {
            int role;
            if (permission->rows[i] != row)
                continue;
            speaks = true;
            if (prove_row_used(prove, permission, i, &role))
                return true;
            *hidden = permission->command;
        }
    }
    return !speaks;
}

void prove_authority(struct prove *prove)
{
    for (size_t i = 0; i < prove->model->authority_count; i++) {
        const struct rd_authority_row *row = &prove->model->authority[i];
        const char *hidden = NULL;
        const char *subject = row->command_count ? row->commands[0] : "authority";
        if (row_is_used(prove, row, &hidden))
            prove_add(prove, RD_CLAIM_ROWS_USED, RD_PROVED, subject, row->file, row->line, NULL,
                      NULL);
        else
            prove_add(prove, RD_CLAIM_ROWS_USED, RD_REFUTED, subject, row->file, row->line,
                      rd_arena_join(prove->arena,
                                    "this row never allows anybody anything: rows "
                                    "before it speak of ",
                                    hidden, " for the same roles and reach at least as far"),
                      NULL);
    }
}
