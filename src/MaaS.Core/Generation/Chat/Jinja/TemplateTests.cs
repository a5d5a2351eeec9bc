using System.Collections;
using System.Collections.Frozen;
using System.Numerics;

namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>What may follow <c>is</c>.</summary>
internal static class TemplateTests
{
    public static FrozenDictionary<string, TemplateFunction> All { get; } = new[]
    {
        Test("defined", static v => v is not Undefined),
        Test("undefined", static v => v is Undefined),
        Test("none", static v => v is null),
        Test("boolean", static v => v is bool),
        Test("true", static v => v is true),
        Test("false", static v => v is false),
        Test("integer", static v => v is long or BigInteger),
        Test("float", static v => v is double),
        Test("number", static v => v is long or double or bool or BigInteger),
        Test("string", static v => v is string),
        Test("mapping", static v => v is DictValue),
        Test("sequence", static v => v is string or IList or DictValue or Undefined),
        Test("iterable", static v => v is string or IList or DictValue or Undefined or LoopValue),
        Test("callable", static v => v is Macro or TemplateFunction or BoundMethod),
        new("odd", "", static (v, a) => PythonValues.AreEqual(PythonOperators.Apply("%", v, 2L, a.Run), 1L)),
        new("even", "", static (v, a) => PythonValues.AreEqual(PythonOperators.Apply("%", v, 2L, a.Run), 0L)),
        Test("upper", static v => PythonMethods.IsUpper(PythonText.Of(v))),
        Test("lower", static v => PythonMethods.IsLower(PythonText.Of(v))),
        new("divisibleby", "num", static (v, a) => PythonValues.AreEqual(
            PythonOperators.Apply("%", v, a.Value("num"), a.Run), 0L)),
        new("in", "seq", static (v, a) => PythonValues.Contains(a.Value("seq"), v)),
        Compare("eq", "=="), Compare("equalto", "=="), Compare("==", "=="),
        Compare("ne", "!="), Compare("!=", "!="),
        Compare("lt", "<"), Compare("lessthan", "<"), Compare("<", "<"),
        Compare("le", "<="), Compare("<=", "<="),
        Compare("gt", ">"), Compare("greaterthan", ">"), Compare(">", ">"),
        Compare("ge", ">="), Compare(">=", ">="),
    }.ToFrozenDictionary(static t => t.Name, StringComparer.Ordinal);

    private static TemplateFunction Test(string name, Func<object?, bool> holds) => new(name, "", (v, _) => holds(v));

    private static TemplateFunction Compare(string name, string op)
        => new(name, "other", (v, a) => Comparison.Holds(op, v, a.Value("other")));
}
