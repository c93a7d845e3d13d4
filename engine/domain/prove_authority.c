/* Claims about authority: every row can be the one that allows somebody (the first row that fits
 * role and reach decides, so one that stands behind wider ones says something that never counts),
 * and all rows of a command that hold anybody apart hold the same people apart. */
#include <string.h>

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

static bool holds_apart(const struct rd_authority_row *row, const char *field)
{
    for (size_t i = 0; i < row->other_than_count; i++)
        if (strcmp(row->other_than[i], field) == 0)
            return true;
    return false;
}

/* A row beside `row` that does not hold the field apart, though somebody can use it: *at. What one
 * does with one's own is another matter: rows of reach `own` may say less. */
static const struct rd_authority_row *
says_less(const struct prove *prove, const struct rd_permission *permission, const char *field)
{
    for (size_t i = 0; i < permission->row_count; i++) {
        int role;
        if (permission->rows[i]->reach != RD_REACH_OWN &&
            !holds_apart(permission->rows[i], field) && prove_row_used(prove, permission, i, &role))
            return permission->rows[i];
    }
    return NULL;
}

static void prove_same_eyes(struct prove *prove, const struct rd_permission *permission)
{
    bool any = false;
    for (size_t i = 0; i < permission->row_count; i++)
        for (size_t f = 0; f < permission->rows[i]->other_than_count; f++) {
            const char *field = permission->rows[i]->other_than[f];
            const struct rd_authority_row *less = says_less(prove, permission, field);
            any = true;
            if (!less)
                continue;
            struct rd_proof *proof = prove_add(
                prove, RD_CLAIM_SAME_EYES, RD_REFUTED, permission->command, less->file, less->line,
                rd_arena_printf(prove->arena,
                                "by this row anybody may, also who is its %s; %s:%d asks for "
                                "another person",
                                field, permission->rows[i]->file, permission->rows[i]->line),
                NULL);
            const char *dot = strchr(permission->command, '.');
            proof->shown = (struct rd_shown){
                .title = rd_arena_join(prove->arena, permission->command,
                                       " is not for whom the record has for its ", field),
                .event = dot ? dot + 1 : permission->command,
                .field = field,
            };
            return;
        }
    if (any)
        prove_add(prove, RD_CLAIM_SAME_EYES, RD_PROVED, permission->command,
                  permission->rows[0]->file, permission->rows[0]->line, NULL, NULL);
}

void prove_authority(struct prove *prove)
{
    for (size_t p = 0; p < prove->model->permission_count; p++)
        prove_same_eyes(prove, &prove->model->permissions[p]);
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
