-- The regulator's complaint file (CFPB). Both spellings of its header are read: names are lower case, anything else is "_".
-- Its dates have no times: the start of the day is meant. What happened after the sending has no date: the day of the sending.
local responses = {
  ["In progress"] = "in_progress", ["Closed"] = "closed", ["Closed with explanation"] = "closed_with_explanation",
  ["Closed with monetary relief"] = "closed_with_monetary_relief",
  ["Closed with non-monetary relief"] = "closed_with_non_monetary_relief", ["Untimely response"] = "untimely_response",
}

local function known(text)
  if text ~= nil and text ~= "" then return text end
end

local function day(text)                              -- 9/3/2013 is 2013-09-03
  local month, date_, year = text:match("^(%d+)/(%d+)/(%d%d%d%d)$")
  return string.format("%d-%02d-%02d", tonumber(year), tonumber(month), tonumber(date_))
end

return import "complaints" {
  type = "regulator_complaint", zone = "America/New_York",
  columns = { "date_received", "product", "issue", "company", "state", "submitted_via", "date_sent_to_company",
              "company_response_to_consumer", "consumer_disputed_", "complaint_id" },
  row = function(r)
    local key = r.complaint_id
    local received, sent = date(r.date_received, "m/d/Y"), date(r.date_sent_to_company, "m/d/Y")
    if not received or not sent then return reject("a date is missing", key) end
    if sent < received then return reject("sent to the company before it was received", key) end
    local response = responses[r.company_response_to_consumer]
    if not response then return reject("unknown response: " .. r.company_response_to_consumer, key) end
    local items = {
      { key = key, at = received, open = {
          source_number = key, received_on = day(r.date_received), channel = known(r.submitted_via), product = r.product,
          sub_product = known(r.sub_product), issue = r.issue, sub_issue = known(r.sub_issue), company = r.company,
          narrative = known(r.consumer_complaint_narrative), region = known(r.state), postcode = known(r.zipcode or r.zip_code),
          tags = known(r.tags) } },
      { key = key, at = sent, event = "send", id = key .. "/send", form = { sent_on = day(r.date_sent_to_company) } },
      { key = key, at = sent, event = "respond", id = key .. "/respond/" .. response, form = {
          response = response, public_response = known(r.company_public_response),
          timely = (r.timely_response or r.timely_response_) == "Yes" } },
    }
    if r.consumer_disputed_ == "Yes" and response ~= "in_progress" then
      table.insert(items, { key = key, at = sent, event = "dispute", id = key .. "/dispute" })
    end
    return items
  end,
}
