-- What happens to a customer (rule book 2): kept up by whoever has them, put into the pool (隔离区) instead of deleted, taken up from
-- there; deleted for good by an administrator alone. Nothing of a customer is lost: every change is in the journal.

return {
  form "pool_reason" {
    of = "customer", title = { en = "Into the pool", zh = "移入隔离区" },
    fields = { { "reason", text { max = 500, en = "Reason", zh = "原因" } } },
  },
  form "erasure" {
    of = "customer", title = { en = "Deletion for good", zh = "彻底删除" },
    fields = { { "reason", text { max = 500, en = "Reason", zh = "原因" } } }, required = { "reason" },
  },
  workflow "customer" {
    version = 1, title = { en = "Customer", zh = "客户" }, initial = "active",
    open = { event = "create", fields = true, run = { "look_for_namesakes" } },
    facts = {
      trades      = count "trade" { same = { customer = "id" }, where = { state = "done" }, at_most = 10 },
      trades_year = count "trade" { same = { customer = "id" }, where = { state = "done" }, in_last = "365 days", at_most = 1 },
      alike       = count "customer" { same = { "name" }, where = { state = { "active", "pool" } }, at_most = 20 },
      visit_days  = decide "customer.service_standard" { output = "visit_days" },
      protected   = decide "customer.protection" { output = "by_application" },
      first_days  = decide "customer.protection" { output = "first_contact" },
    },
    states = {
      active = {
        title = { en = "In somebody's hands", zh = "在管" }, rests = "visits and re-verification come by date",
        on = {
          release = { form = "pool_reason", go = "pool", run = { "into_the_pool" }, title = { en = "Into the pool", zh = "移入隔离区" } },
          unused  = { internal = true, go = "pool", run = { "into_the_pool" }, title = { en = "Taken up and not contacted", zh = "认领后未联系" } },
          hand_over = { form = "customer_handover", title = { en = "Hand over", zh = "移交" } },
        },
      },
      pool = {
        title = { en = "In the pool", zh = "隔离区" }, rests = "it waits for anyone to take it up",
        on = {
          claim = { go = "active", by = "handler", run = { "taken_up" }, title = { en = "Take up", zh = "认领" } },
          erase = { form = "erasure", go = "erased", run = { "forget_the_person" }, title = { en = "Delete for good", zh = "彻底删除" } },
        },
      },
      erased = { title = { en = "Deleted for good", zh = "已彻底删除" }, final = true },
    },
    always = {
      update        = { fields = true, except = { "pool" }, title = { en = "Change", zh = "修改资料" } },
      apply_change  = { internal = true, title = { en = "An approved change takes effect", zh = "经批准的变更生效" } },
      contacted     = { internal = true, run = { "plan_the_next_visit" } },
      traded        = { internal = true },
      verified      = { internal = true, run = { "note_verification" } },
      look          = { internal = true },                                            -- nothing happens to it but what is derived anew
      tier_changed  = { internal = true, run = { "tell_of_the_tier" } },
      regrade       = { internal = true, title = { en = "Another credit grade", zh = "信用等级变更" } },           -- scripts/credit_change.lua
      fall          = { internal = true, title = { en = "Falls to ordinary", zh = "降为普通客户" } },               -- scripts/credit_rating.lua
      stage_changed = { internal = true },
    },
    guards = {
      types_in_credit = function(f)             -- the grade comes from scripts/credit_change.lua and scripts/credit_rating.lua alone
        return f.given.credit or f.given.fallen, "a credit grade is applied for"
      end,
      -- the important data of a key customer changes through scripts/customer_change.lua only; also emptying is a change
      changes_important_data = function(f)
        local given = f.given
        local important = given.name or given.company or given.phone or given.address or given.key_persons or given.terms
        return f.protected and important, "it is no important data of a key customer"
      end,
      -- what the tier goes by: else who may change a customer would make him an ordinary one first, and the rest next
      changes_tier_data = function(f)
        local given = f.given
        local figures = given.revenue_year or given.years or given.claim_ratio or given.brand
        return f.protected and figures, "it is no figure that the tier of a key customer goes by", "the figures of a key customer come from headquarters"
      end,
      moves_the_customer = function(f)
        local given = f.given
        return given.handler or given.unit or given.pooled_at or given.pooled_from, "it stays where it is", "customers are handed over, or go through the pool"
      end,
    },
    actions = {
      look_for_namesakes = function(f)
        if f.alike > 0 then                                          -- this one is in no state yet: it does not count itself
          return set { namesakes = f.alike }
        end
      end,
      into_the_pool = function(f)
        return { set { pooled_at = f.now, pooled_from = f.handler or empty, handler = empty, next_visit = empty }, stop "first_contact" }
      end,
      taken_up = function(f)
        return { set { pooled_at = empty, unit = f.actor.unit }, deadline "first_contact" { f.first_days, event = "unused" } }
      end,
      plan_the_next_visit = function(f)
        return { set { next_visit = f.today + f.visit_days, last_contact = f.today }, stop "first_contact" }
      end,
      note_verification = function(f) return set { verified_on = f.today } end,
      tell_of_the_tier = function(f)
        if f.handler then return tell { "owner", text = "{number}: the tier is now {tier}; its service standard holds from now on. {number}:客户层级变为{tier},请按新服务标准服务。" } end
      end,
      forget_the_person = function(f)                                -- the number stays for old files; the telephone may be another's one day
        return set { phone = empty, address = empty, photo = empty, key_persons = empty, terms = empty }
      end,
    },
  },
  form "customer_handover" {
    of = "customer", title = { en = "Hand-over", zh = "客户移交" }, fields = { "handler", "unit" }, required = { "handler" },
  },
}
