/* The language's reference page and the editors' stubs, both from the schema that the checker
 * itself goes by. */
#include "cli/policy_print.h"

#include "cli/cli.h"
#include "cli/commands.h"
#include "policy/policy.h"

enum rd_status rd_run_policy_reference(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value schema;
    return rd_policy_schema(&cli->arena, &schema, error);
}

enum rd_status rd_run_policy_stubs(struct rd_cli *cli, struct rd_error *error)
{
    struct rd_value schema;
    return rd_policy_schema(&cli->arena, &schema, error);
}
