-- The audit log of a service desk: one line a change. The first line of a case opens it; every line is then the event that its
-- state says. Opening a known key again does nothing, so a row needs to know no other row. Whether "Active" is an
-- assignment or a reopening is the chart's business (scripts/incident.lua).
local events = {
  ["New"] = "update", ["Active"] = "assign", ["Resolved"] = "resolve", ["Closed"] = "close",
  ["Awaiting User Info"] = "wait_for_user", ["Awaiting Vendor"] = "wait_for_vendor",
  ["Awaiting Problem"] = "wait_for_problem", ["Awaiting Evidence"] = "wait_for_evidence",
}
local priorities = { ["1 - Critical"] = "critical", ["2 - High"] = "high", ["3 - Moderate"] = "moderate", ["4 - Low"] = "low" }
local levels     = { ["1 - High"] = "high", ["2 - Medium"] = "medium", ["3 - Low"] = "low" }
local contacts   = { ["Phone"] = "phone", ["Self service"] = "self_service", ["Email"] = "email" }

local function known(text)                            -- "?" is the log's word for empty
  if text ~= "?" and text ~= "" then return text end
end

return import "incidents" {
  type = "incident", zone = "UTC",                    -- the log names no zone
  columns = { "number", "incident_state", "sys_mod_count", "opened_at", "sys_updated_at", "contact_type", "priority", "made_sla" },
  row = function(r)
    local event = events[r.incident_state]
    if not event then return skip("no such state: " .. r.incident_state) end
    local opened, updated = date(r.opened_at, "d/m/Y H:M"), date(r.sys_updated_at, "d/m/Y H:M")
    if not opened or not updated then return reject("a date is missing", r.number) end
    local now = {
      priority = priorities[r.priority], impact = levels[r.impact], urgency = levels[r.urgency],
      category = known(r.category), subcategory = known(r.subcategory), symptom = known(r.u_symptom),
    }
    local case = { source_number = r.number, caller = known(r.caller_id), contact = contacts[r.contact_type], location = known(r.location) }
    for name, value in pairs(now) do case[name] = value end
    now.assignment_group, now.assigned_to = known(r.assignment_group), known(r.assigned_to)
    now.problem, now.change, now.vendor = known(r.problem_id), known(r.rfc), known(r.vendor)
    now.closed_code, now.made_sla = known(r.closed_code), r.made_sla == "true"
    return {
      { key = r.number, at = math.min(opened, updated), open = case },
      { key = r.number, at = updated, event = event, form = now, id = r.number .. "/" .. r.sys_mod_count .. "/" .. event },
    }
  end,
}
