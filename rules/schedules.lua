-- What comes round by itself, as calendar programs write it (RFC 5545). A day off moves it to the next working day.
return {
  choices "duties" {                          -- what a duty is about (scripts/duty.lua)
    { "archive_report", en = "Monthly archive report",              zh = "月度归档报告" },
    { "file_check",     en = "Check of result files and customer files", zh = "结果文件与客户档案检查" },
    { "regulator_file", en = "Complaints forwarded by the regulator",  zh = "监管转办投诉导入" },
  },
  schedule "monthly_archive_report" {
    title = { en = "Archive report, first Monday of each month", zh = "月度归档报告(每月首个周一)" },
    rule = "FREQ=MONTHLY;BYDAY=1MO", at = "09:00", on = "service_hours",
    start = "duty", data = { duty = "archive_report", role = "archive_keeper" },
    owner = "centre's archive keeper",
  },
  schedule "file_check" {                     -- rule book: at least two checks a year, so none is dropped
    title = { en = "Check of files, twice a year", zh = "档案检查(每年两次)" },
    rule = "FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=10", at = "09:00", on = "service_hours", missed = "each",
    start = "duty", data = { duty = "file_check", role = "archive_keeper" },
    owner = "centre's archive keeper",
  },
  schedule "regulator_file" {                 -- yesterday's file is no use once today's is there
    title = { en = "The regulator's file, daily after closing", zh = "监管转办文件(每日收工后)" },
    rule = "FREQ=DAILY", at = "18:10", on = "service_hours", missed = "skip",
    start = "duty", data = { duty = "regulator_file", role = "importer" },
    owner = "service desk",
  },
}
