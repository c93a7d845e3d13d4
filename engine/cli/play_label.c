/* Labels: what the policy calls its states, events and people in the company's first language, with
 * the name that commands and scripts take beside it. A thing without a title is called by its name
 * alone.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/play.h"
#include "domain/zone.h"

#define DAY_MS 86400000ll

const char *rd_play_label(const struct rd_play *play, const struct rd_value *title,
                          const char *name)
{
    const char *text = rd_map_text(title, play->model->language, NULL);
    if (!text || strcmp(text, name) == 0)
        return name;
    return rd_arena_printf(play->arena, "%s %s", text, name);
}

const char *rd_play_state(const struct rd_play *play, const char *type, const char *state)
{
    const struct rd_record_type *of = type ? rd_model_type(play->model, type) : NULL;
    int at = of && of->chart ? rd_state_find(of->chart, state) : -1;
    return at < 0 ? state : rd_play_label(play, &of->chart->states[at].title, state);
}

/* An event that has no title is called by its form's. */
static const char *label_event(const struct rd_play *play, const struct rd_event *event)
{
    const struct rd_value *title = event->title.kind == RD_MAP ? &event->title
                                   : event->form               ? &event->form->title
                                                               : NULL;
    const char *text = rd_map_text(title, play->model->language, NULL);
    if (!text)
        return event->name;
    return rd_arena_printf(play->arena, "%s %s", event->name, text);
}

const char *rd_play_event(const struct rd_play *play, const char *type, const char *event)
{
    const struct rd_record_type *of = type ? rd_model_type(play->model, type) : NULL;
    if (!of || !of->chart)
        return event;
    if (strcmp(of->chart->open.name, event) == 0)
        return label_event(play, &of->chart->open);
    for (size_t i = 0; i < of->chart->state_count; i++) {
        const struct rd_event *found = rd_event_find(of->chart, (int)i, event);
        if (found)
            return label_event(play, found);
    }
    return event;
}

const char *rd_play_account(const struct rd_play *play, const char *account)
{
    const struct rd_account *found = rd_account_find(&play->model->organisation, account);
    return found ? found->title : account;
}

const char *rd_play_clock(const struct rd_play *play, int64_t at_ms)
{
    static const char *const week[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    int64_t local = rd_zone_local_ms(play->model->local, at_ms);
    int64_t days = (local - (local < 0 ? DAY_MS - 1 : 0)) / DAY_MS;
    int64_t minutes = (local - days * DAY_MS) / 60000;
    int year;
    int month;
    int day;
    rd_date_civil(days, &year, &month, &day);
    return rd_arena_printf(play->arena, "%s %02d-%02d %02d:%02d", week[((days % 7) + 7) % 7], month,
                           day, (int)(minutes / 60), (int)(minutes % 60));
}
