-- From hiring to leaving. Who leaves is no account any more; nothing that is the company's goes along: open cases go to the successor,
-- else to the supervisor with the fewest, customers to the pool (隔离区), and only the person's own details are erased (rule book 1).
local OPEN_CASES = { "received", "verified", "with_department", "with_customer", "in_consultation", "investigated", "proposed", "chosen",
                     "passed_up", "processing", "fed_back", "followed_up", "summarised", "explained", "closed" }
local HELD_CUSTOMERS = { "active" }

return workflow "employee" {
  version = 1, title = { en = "Employee", zh = "员工" }, initial = "hired",
  open = { event = "hire", form = "hiring", run = { "own_file" } },

  facts = {                                             -- asked when the leaver has left: never the leaver
    next_supervisor = pick { role = "supervisor",          unit = "unit", least = "complaint" },
    next_head       = pick { role = "head_of_department",  unit = "unit", least = "complaint" },
    next_manager    = pick { role = "branch_manager",      unit = "unit", least = "complaint" },
    next_centre     = pick { role = "headquarters_centre", unit = "unit", least = "complaint" },
  },

  states = {
    hired = {
      title = { en = "Hired, not begun", zh = "已录用未到岗" },
      on = { begin = { title = { en = "Begin", zh = "到岗" }, go = "employed" }, decline = { title = { en = "Decline", zh = "未到岗" }, go = "declined" } },
      after = { "30 days", tell = { "administration_manager", text = "{name} ({login}) has not begun. {name}至今未到岗。" } },
    },
    employed = {
      title = { en = "Employed", zh = "在职" }, rests = "people stay",
      on = {
        change     = { form = "staff_change", title = { en = "Change duties", zh = "岗位变动" } },
        be_away    = { form = "absence",      title = { en = "Be away", zh = "请假" }, run = { "tell_absence" } },
        come_back  = { title = { en = "Come back", zh = "销假" }, run = { "end_absence" } },
        delegate   = { form = "delegation",   title = { en = "Delegate", zh = "委托代理" }, run = { "tell_deputy" } },
        revoke     = { title = { en = "Revoke the delegation", zh = "撤销委托" }, run = { "end_delegation" } },
        leave      = { form = "leaving", title = { en = "Leave", zh = "离职" }, go = "left" },
      },
    },
    left = {
      title = { en = "Left", zh = "已离职" }, rests = "nobody is waited for", entry = { "hand_over_cases", "release_customers", "erase_own_details" },
      on = { rehire = { form = "staff_change", title = { en = "Hire again", zh = "重新录用" }, go = "employed" } },
    },
    declined = { title = { en = "Never began", zh = "未到岗" }, final = true },
  },

  guards = {
    nobody_takes_over = function(f)
      local named = f.form.successor
      if named == f.login then return true, "the successor must be somebody else" end
      for _, one in ipairs { named or empty, f.next_supervisor or empty, f.next_head or empty, f.next_manager or empty, f.next_centre or empty } do
        if one ~= empty and one ~= f.login then return false end
      end
      return true, "nobody is there to take over the open cases: name a successor"
    end,
  },

  actions = {
    own_file = function(f) return set { self = f.login } end,
    tell_absence = function(f) return tell { "supervisor", text = "{name} is away until {away_until}. {name}请假至{away_until}。" } end,
    end_absence = function() return set { away_until = empty } end,
    tell_deputy = function() return tell { "deputy", text = "You stand in for {name} until {deputy_until}. 您代理{name},至{deputy_until}。" } end,
    end_delegation = function() return set { deputy = empty, deputy_until = empty } end,
    hand_over_cases = function(f)
      local successor = f.successor or f.next_supervisor or f.next_head or f.next_manager or f.next_centre
      return { set { successor = successor },
               each "complaint" { same = { handler = f.login }, where = { state = OPEN_CASES }, send = "hand_over", form = { handler = successor } },
               tell { successor, text = "{name} has left; the open complaints are yours now. {name}已离职,其未结投诉移交给您。" } }
    end,
    release_customers = function(f)
      return each "customer" { same = { handler = f.login }, where = { state = HELD_CUSTOMERS }, send = "release" }
    end,
    erase_own_details = function()
      return set { phone = empty, address = empty, away_until = empty, deputy = empty, deputy_until = empty }
    end,
  },
}
