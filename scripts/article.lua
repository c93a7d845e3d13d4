-- The knowledge base (rule book 15): from symptom to cause to handling advice.
return record "article" {
  title = { en = "Knowledge article", zh = "知识条目" }, number = "KB-{0000}",
  fields = {
    heading    = text { required = true, max = 200, en = "Heading", zh = "标题" },
    problem    = problems { required = true, indexed = true, en = "Problem", zh = "问题类型" },
    department = departments { indexed = true, en = "Department", zh = "责任部门" },
    symptom    = text { required = true, max = 4000, en = "Symptom", zh = "现象" },
    cause      = text { max = 4000, en = "Cause", zh = "原因" },
    advice     = text { required = true, max = 4000, en = "Advice", zh = "处理建议" },
  },
}
