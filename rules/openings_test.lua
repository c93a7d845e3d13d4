-- Who may begin what: everybody in rules/organisation.lua tries. What becomes of it is in the other promises.
local everybody = { "kf1", "ben", "mei", "sun", "li_na", "wang", "zhao", "chen", "lin", "xu", "yan", "guo", "he", "hf1", "dang", "importer", "admin", "backup" }

-- Steps: who is named opens the record that `make` gives, and nobody else does.
local function only(names, make)
  local steps, may = {}, {}
  for account in names:gmatch("%S+") do may[account] = true end
  for i, account in ipairs(everybody) do
    steps[i] = { open = make(account), expect = may[account] and allowed or refused "not_allowed" }
  end
  return steps
end
local li  = customer "li" { by = "ben", name = "Li Wei", handler = "ben", unit = "gz" }
local key = customer "li" { by = "ben", name = "Li Trading", handler = "ben", unit = "gz", revenue_year = "2000000.00" }

return {
  test "who takes in a complaint" {
    given = { li },
    steps = only("kf1 ben mei sun li_na wang zhao chen he hf1", function(by)
      return complaint { by = by, customer = "li", channel = "hotline", problem = "billing", summary = "Charged twice" }
    end),
  },
  test "who enters a customer" {
    steps = only("kf1 ben mei sun li_na wang zhao chen he hf1 admin", function(by) return customer { by = by, name = "Wu of " .. by } end),
  },
  test "who notes a contact" {
    given = { li },
    steps = only("kf1 ben mei sun li_na wang zhao chen he hf1", function(by) return contact { by = by, customer = "li", subject = "Talk with " .. by } end),
  },
  test "who enters a trade" {
    given = { li },
    steps = only("kf1 ben mei sun li_na wang zhao chen he hf1", function(by) return trade { by = by, customer = "li", subject = "Wire", amount = "1.00" } end),
  },
  test "who plans a callback" {
    given = { li },
    steps = only("ben mei sun li_na wang zhao chen he hf1", function(by) return callback { by = by, source = "visit", customer = "li", tier = "ordinary" } end),
  },
  test "who asks for special terms of payment" {
    given = { li },
    steps = only("ben mei sun li_na wang zhao chen", function(by)
      return payment_terms { by = by, customer = "li", terms = "Pay late", days = 90, reason = "A large order" }
    end),
  },
  test "who asks for a change of important data" {
    given = { key },
    steps = only("ben mei sun li_na wang zhao chen", function(by) return customer_change { by = by, customer = "li", new_name = "Li of " .. by, reason = "Letter" } end),
  },
  test "who begins a review of a customer's data" {
    given = { li },
    steps = only("li_na wang zhao chen", function(by) return customer_review { by = by, customer = "li" } end),
  },
  test "who begins a rating" {
    given = { key },
    steps = only("ben mei sun li_na wang zhao chen", function(by) return credit_rating { by = by, customer = "li", year = 2025, years_known = 6 } end),
  },
  test "who asks for a disclosure" {
    given = { key, customer_change "cc" { by = "ben", customer = "li", new_name = "Li Wu", reason = "Letter" },
              employee "e" { by = "guo", login = "eva", name = "Eva", unit = "gz", roles = { "handler" } } },
    steps = only("kf1 ben mei sun li_na wang zhao chen lin guo he hf1", function(by)       -- of what each has to do with
      return disclosure { by = by, employee = by == "guo" and "e" or nil, change = by == "lin" and "cc" or nil,
                          customer = by ~= "guo" and by ~= "lin" and "li" or nil, level = "secret", purpose = "Visit" }
    end),
  },
  test "who proposes a finding" {
    steps = only("wang zhao chen", function(by)
      return finding { by = by, rule = "by_hand", ground = "x", consequence = "reminder", person = "ben", source = "1-1", unit = "gz", confirm_by = "branch_manager" }
    end),
  },
  test "who raises a mass alarm, and one of a kind is enough" {
    steps = only("li_na wang zhao chen", function(by)
      local problems = { li_na = "delivery", wang = "billing", zhao = "service", chen = "technical" }
      return mass_alarm { by = by, department = "logistics", problem = problems[by] or "contract", complaints = 5 }
    end),
  },
  test "who opens an incident" {
    steps = only("ben mei sun li_na wang zhao chen importer", function(by) return incident { by = by, summary = "No mail", priority = "high" } end),
  },
  test "who takes in a complaint of the regulator's" {
    steps = only("ben mei sun li_na wang zhao chen importer", function(by)
      return regulator_complaint { by = by, source_number = "n" .. by, received_on = "2026-02-27", channel = "Web", product = "Mortgage", issue = "Payments", company = "Bank" }
    end),
  },
  test "who writes for the knowledge base" {
    steps = only("li_na wang zhao chen admin", function(by) return article { by = by, heading = "Billed twice", problem = "billing", symptom = "x", advice = "x" } end),
  },
  test "who begins a campaign" {
    steps = only("chen lin admin", function(by) return campaign { by = by, name = "Spring of " .. by, budget = "60.00" } end),
  },
  test "who gives out a duty" {
    steps = only("li_na wang zhao chen admin", function(by) return duty { by = by, duty = "file_check", role = "archive_keeper" } end),
  },
  test "who files a report" {
    steps = only("admin", function(by) return filed_report { by = by, report = "complaint_analysis", period = "2026-02", content = "{}", reader = "headquarters_centre" } end),
  },
  test "who hires" {
    steps = only("guo admin", function(by) return employee { by = by, login = "new_" .. by, name = "New", unit = "gz", roles = { "handler" } } end),
  },
}
