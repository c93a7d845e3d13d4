/* The day: Friday at a company's complaint desk, the weekend, Monday, and the weeks until the last
 * case is in the archive.
 *
 *   bill    the whole way, every step             phone   a simple case in five steps; comes back,
 * reopened rude    not upheld, explained                 deal    above the handler's power, passed
 * up, granted there line    waits for the customer, goes on       big     a key customer: green
 * channel lost    nobody touches it: it climbs          late1-5 one kind in one day: a mass alarm
 *   error   withdrawn
 *
 * Between them: who may not, what does not fit, and what is none of one's business. Written for the
 * example company in rules/ and scripts/; another company's rules answer otherwise, and the play
 * says where.
 */
#include "cli/play.h"

#define FRIDAY "2026-03-06 "
#define MONDAY "2026-03-09 "
#define UPHELD "{'ground':'sufficient','demand':'reasonable'}"

#define CREATE(at, as, name, what, form, holds)                                                    \
    {                                                                                              \
        at, RD_PLAY_CREATE, as, name, what, form, NULL, holds                                      \
    }
#define OPEN(at, as, name, form, holds)                                                            \
    {                                                                                              \
        at, RD_PLAY_OPEN, as, name, "complaint", form, "received", holds                           \
    }
#define ACT(at, as, name, event, form, expect)                                                     \
    {                                                                                              \
        at, RD_PLAY_ACT, as, name, event, form, expect, NULL                                       \
    }
#define ACT_HOLDS(at, as, name, event, form, expect, holds)                                        \
    {                                                                                              \
        at, RD_PLAY_ACT, as, name, event, form, expect, holds                                      \
    }
#define CLOCK(at, rings)                                                                           \
    {                                                                                              \
        at, RD_PLAY_CLOCK, NULL, NULL, NULL, NULL, rings, NULL                                     \
    }
#define SEE(name, state, holds)                                                                    \
    {                                                                                              \
        NULL, RD_PLAY_SEE, NULL, name, NULL, NULL, state, holds                                    \
    }
#define FIND(name, type, state, holds)                                                             \
    {                                                                                              \
        NULL, RD_PLAY_FIND, NULL, name, type, NULL, state, holds                                   \
    }

/* One of the deliveries that did not come, as far as the department. */
#define LATE(name, customer, at1, at2, at3)                                                        \
    OPEN(at1, "ben", name,                                                                         \
         "{'customer':'" customer "','channel':'website','problem':'delivery',"                    \
         "'summary':'没有送到。Not delivered'}",                                                   \
         NULL),                                                                                    \
        ACT(at2, "ben", name, "verify", UPHELD, "verified"),                                       \
        ACT(at3, "ben", name, "transfer", "{'department':'logistics'}", "with_department")
/* And answered on Monday. */
#define SORRY(name, at1, at2)                                                                      \
    ACT(at1, "ben", name, "grant", "{'remedy':'apology','amount':'0.00'}", "processing"),          \
        ACT(at2, "ben", name, "close", "{'result':'已致歉并送达。Delivered, with an apology'}",    \
            "closed")

const char rd_play_day_start[] = FRIDAY "09:00";

static const struct rd_play_step day[] = {
    CREATE(FRIDAY "09:00", "ben", "li", "customer",
           "{'name':'李伟 (Li Wei)','phone':'13800138000','handler':'ben','unit':'gz'}", NULL),
    CREATE(NULL, "ben", "qi", "customer",
           "{'name':'齐明 (Qi Ming)','years':5,'claim_ratio':0.01,'handler':'ben','unit':'gz'}",
           NULL),
    CREATE(NULL, "ben", "nan", "customer",
           "{'name':'陈总 (Mr Chen)','company':'南方电器 (Southern Appliances)',"
           "'revenue_year':'1200000.00','handler':'ben','unit':'gz'}",
           NULL),

    OPEN(FRIDAY "09:05", "kf1", "bill",
         "{'customer':'@li','channel':'hotline','problem':'billing','summary':'扣了两次。Charged "
         "twice'}",
         "{'data':{'customer_tier':'ordinary','priority':'normal','track':'normal'}}"),
    ACT(FRIDAY "09:08", "kf1", "bill", "verify", UPHELD,
        "!not_allowed"), /* the desk does not judge */
    ACT(FRIDAY "09:10", "ben", "bill", "verify", "{'ground':'enough'}", "!bad_form"),
    ACT(FRIDAY "09:12", "ben", "bill", "verify", UPHELD, "verified"),
    ACT(FRIDAY "09:15", "ben", "bill", "transfer", "{'department':'finance','handler':'mei'}",
        "with_department"),
    OPEN(FRIDAY "09:20", "kf1", "rude",
         "{'customer':'@qi','channel':'counter','problem':'service','summary':'态度差。Rude'}",
         "{'data':{'customer_tier':'quality'}}"),
    ACT(FRIDAY "09:30", "ben", "rude", "verify", "{'ground':'insufficient','demand':'reasonable'}",
        "explained"),

    OPEN(FRIDAY "09:35", "ben", "phone",
         "{'customer':'@li','channel':'counter','problem':'quality','product':'手机 (Phone)',"
         "'summary':'屏幕坏了。Broken screen'}",
         NULL),
    ACT(FRIDAY "09:36", "ben", "phone", "transfer", "{'department':'product'}", "!wrong_state"),
    ACT(FRIDAY "09:40", "ben", "phone", "verify", UPHELD, "verified"),
    ACT(FRIDAY "09:42", "ben", "phone", "transfer", "{'department':'product'}", "with_department"),
    ACT_HOLDS(FRIDAY "09:45", "ben", "phone", "grant", "{'remedy':'return','amount':'120.00'}",
              "processing", "{'data':{'granter':'ben'}}"),
    ACT(FRIDAY "09:48", "ben", "phone", "close", "{'result':'已换。Exchanged'}", "closed"),

    ACT(FRIDAY "09:50", "mei", "bill", "investigate",
        "{'cause':'同一文件跑了两次。Two runs of one file','cause_kind':'team'}", "investigated"),
    FIND("fix", "correction", "open", "{'data':{'cause_kind':'team'}}"),
    ACT(FRIDAY "09:55", "li_na", "fix", "report", "{'correction':'已加查重。Doubles are caught'}",
        "to_explain"), /* a team's cause: its head explains to the customer */
    ACT(FRIDAY "09:56", "li_na", "fix", "explain", "{'explanation':'x'}", "!not_allowed"),
    ACT(FRIDAY "10:00", "wang", "fix", "explain", "{'explanation':'已致电说明。By telephone'}",
        "done"),
    ACT(FRIDAY "10:05", "mei", "bill", "propose",
        "{'remedy':'refund','amount':'80.00','plan':'退还多扣款。Pay it back'}", "proposed"),
    ACT_HOLDS(FRIDAY "10:20", "li_na", "bill", "choose",
              "{'instructions':'今天办,并致电。Today, with a call'}", "chosen",
              "{'data':{'proposer':'mei','chooser':'li_na'}}"),
    ACT(FRIDAY "10:25", "mei", "bill", "grant", "{'remedy':'refund','amount':'80.00'}",
        "!not_allowed"), /* four eyes */
    ACT_HOLDS(FRIDAY "10:30", "li_na", "bill", "grant", "{'remedy':'refund','amount':'80.00'}",
              "processing", "{'data':{'granter':'li_na'}}"),
    ACT(FRIDAY "10:40", "mei", "bill", "feed_back", "{'result':'已退80.00。80.00 paid back'}",
        "fed_back"),

    OPEN(FRIDAY "10:50", "ben", "deal",
         "{'customer':'@qi','channel':'letter','problem':'contract','summary':'多收年费。Fee not "
         "agreed'}",
         NULL),
    ACT(FRIDAY "10:55", "ben", "deal", "verify", UPHELD, "verified"),
    ACT(FRIDAY "11:00", "ben", "deal", "transfer", "{'department':'sales'}", "with_department"),
    ACT_HOLDS(FRIDAY "11:10", "ben", "deal", "grant", "{'remedy':'refund','amount':'800.00'}",
              "passed_up", "{'data':{'proposer':'ben'}}"),
    ACT(FRIDAY "11:12", "ben", "deal", "grant", "{'remedy':'refund','amount':'200.00'}",
        "!not_allowed"), /* who asked does not grant, not even less */
    OPEN(FRIDAY "11:20", "ben", "line",
         "{'customer':'@li','channel':'phone','problem':'technical','summary':'夜里断线。Fails at "
         "night'}",
         NULL),
    ACT(FRIDAY "11:25", "ben", "line", "verify", UPHELD, "verified"),
    ACT(FRIDAY "11:30", "ben", "line", "transfer", "{'department':'technical'}", "with_department"),
    ACT_HOLDS(FRIDAY "11:35", "ben", "line", "ask", "{'question':'哪台设备?Which device?'}",
              "with_customer", "{'deadlines':[{'name':'within','running':false}]}"),
    ACT(FRIDAY "11:40", "li_na", "deal", "grant", "{'remedy':'refund','amount':'800.00'}",
        "processing"),
    ACT(FRIDAY "11:50", "ben", "deal", "close", "{'result':'已退800.00。800.00 paid back'}",
        "closed"),

    OPEN(FRIDAY "13:05", "kf1", "big",
         "{'customer':'@nan','channel':'phone','problem':'quality','summary':'一批货受潮。A damp "
         "batch'}",
         "{'data':{'customer_tier':'key','priority':'high','track':'green'}}"),
    ACT(FRIDAY "13:10", "ben", "big", "verify", UPHELD, "verified"),
    ACT(FRIDAY "13:15", "ben", "big", "transfer", "{'department':'product','handler':'ben'}",
        "with_department"),
    ACT(FRIDAY "13:20", "ben", "big", "grant", "{'remedy':'compensation','amount':'900.00'}",
        "passed_up"), /* a handler promises no compensation */
    ACT(FRIDAY "13:30", "li_na", "big", "grant", "{'remedy':'compensation','amount':'900.00'}",
        "processing"),
    ACT(FRIDAY "13:40", "ben", "big", "feed_back", "{'result':'已赔900.00。900.00 paid'}",
        "fed_back"),
    ACT(FRIDAY "13:45", "sun", "big", "withdraw", "{}", "!not_found"), /* another city's file */
    ACT(FRIDAY "14:00", "hf1", "bill", "follow_up", "{'satisfied':true}", "followed_up"),
    ACT(FRIDAY "14:20", "mei", "bill", "summarise",
        "{'assessment':'处理得当。Good','measures':'查重。Check for double runs'}", "summarised"),

    LATE("late1", "@li", FRIDAY "14:30", FRIDAY "14:31", FRIDAY "14:32"),
    LATE("late2", "@qi", FRIDAY "14:33", FRIDAY "14:34", FRIDAY "14:35"),
    LATE("late3", "@li", FRIDAY "14:36", FRIDAY "14:37", FRIDAY "14:38"),
    LATE("late4", "@qi", FRIDAY "14:39", FRIDAY "14:40", FRIDAY "14:41"),
    LATE("late5", "@li", FRIDAY "14:42", FRIDAY "14:43", FRIDAY "14:44"),
    FIND("alarm", "mass_alarm", "open",
         "{'data':{'department':'logistics','problem':'delivery','complaints':5}}"),
    ACT(FRIDAY "15:00", "hf1", "big", "follow_up", "{'satisfied':true}", "followed_up"),
    ACT(FRIDAY "15:10", "wang", "alarm", "acknowledge", "{}", "acknowledged"),
    OPEN(FRIDAY "15:20", "kf1", "error",
         "{'customer':'@li','channel':'hotline','problem':'service','summary':'没人接听。No "
         "answer'}",
         NULL),
    ACT(FRIDAY "15:30", "dang", "bill", "archive", "{}", "archived"),
    ACT(FRIDAY "15:40", "kf1", "error", "withdraw", "{'remark':'打错了电话。A wrong number'}",
        "withdrawn"),
    OPEN(FRIDAY "16:00", "kf1", "lost",
         "{'customer':'@qi','channel':'email','problem':'service','summary':'没人回信。No reply to "
         "a letter'}",
         NULL),

    ACT_HOLDS(MONDAY "09:10", "ben", "line", "answered",
              "{'answer':'客厅的。The one in the living room'}", "with_department",
              "{'deadlines':[{'name':'within','running':true}]}"),
    ACT(MONDAY "09:20", "ben", "line", "grant", "{'remedy':'gift','amount':'50.00'}", "processing"),
    ACT(MONDAY "09:25", "ben", "line", "close", "{'result':'已修复。Repaired, with a gift'}",
        "closed"),
    ACT_HOLDS(MONDAY "09:30", "kf1", "phone", "reopen", "{'remark':'又坏了。Broken again'}",
              "with_department", "{'data':{'reopened':1}}"),
    ACT(MONDAY "10:00", "ben", "phone", "grant", "{'remedy':'return','amount':'300.00'}",
        "processing"),
    ACT(MONDAY "10:05", "ben", "phone", "close", "{'result':'已退货。Taken back'}", "closed"),
    CLOCK(MONDAY "10:59",
          "1"), /* the alarm ebbs; four hours from Friday at four: no weekend in them */
    SEE("lost", "received", "{'escalation':0}"),
    CLOCK(MONDAY "11:00", "1"),
    SEE("lost", "received", "{'escalation':1}"),
    ACT(MONDAY "11:30", "ben", "big", "summarise", "{'assessment':'及时。In time'}", "summarised"),
    ACT(MONDAY "11:38", "dang", "big", "archive", "{}", "summarised"), /* no letters in the file */
    ACT(MONDAY "11:40", "dang", "big", "archive", "{'letters':2}", "archived"),
    SORRY("late1", MONDAY "13:30", MONDAY "13:31"),
    SORRY("late2", MONDAY "13:32", MONDAY "13:33"),
    SORRY("late3", MONDAY "13:34", MONDAY "13:35"),
    SORRY("late4", MONDAY "13:36", MONDAY "13:37"),
    SORRY("late5", MONDAY "13:38", MONDAY "13:39"),
    ACT(MONDAY "15:00", "wang", "alarm", "close",
        "{'measures':'加派一班车。A second delivery run'}", "closed"),

    /* the head on the 12th, the branch today; three callbacks that nobody makes; the alarm's two
     * accountability cases, twice each */
    CLOCK("2026-03-20 16:00", "9"),
    SEE("lost", "received", "{'escalation':3}"),
    ACT("2026-03-23 09:10", "zhao", "lost", "verify",
        "{'ground':'insufficient','demand':'reasonable'}", "explained"), /* the branch steps in */
    /* thirty days after its end each case is filed: ten; and the callbacks are too late by now */
    CLOCK("2026-04-24 12:00", "13"),
    SEE("phone", "archived", NULL),
    SEE("lost", "archived", NULL),
};

const struct rd_play_step *rd_play_day(size_t *count)
{
    *count = sizeof(day) / sizeof(*day);
    return day;
}
