using System.Collections;
using System.Numerics;

namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>Truth, equality, order and parts of values, as Python has them.</summary>
/// <remarks>None is null; bool, long, double and string are themselves; a list is a <c>List</c>, a tuple an array;
/// then <see cref="DictValue"/>, <see cref="NamespaceValue"/>, <see cref="Undefined"/> and what can be
/// called.</remarks>
internal static class PythonValues
{
    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool truth => truth,
        long whole => whole != 0,
        double real => real != 0,
        string text => text.Length > 0,
        IList list => list.Count > 0,
        DictValue dict => dict.Count > 0,
        BigInteger big => !big.IsZero,
        LoopValue loop => loop.Length > 0,
        _ => true,
    };

    /// <summary>What Python calls the type, for errors.</summary>
    public static string TypeName(object? value) => value switch
    {
        null => "None",
        bool => "a truth value",
        long or BigInteger => "a whole number",
        double => "a real number",
        string => "a string",
        object?[] => "a tuple",
        IList => "a list",
        DictValue => "a dictionary",
        Undefined => "an undefined value",
        NamespaceValue => "a namespace",
        _ => "a function",
    };

    public static bool AreEqual(object? a, object? b)
    {
        StackGuard.Check();
        if (Number(a) is { } x && Number(b) is { } y)
        {
            return Compare(x, y) == 0;
        }

        return (a, b) switch
        {
            (null, null) or (Undefined, Undefined) => true,
            (string s, string t) => s == t,
            (BigInteger s, BigInteger t) => s == t,
            (DictValue s, DictValue t) => s.Count == t.Count
                && s.Items.All(i => t.TryGet(i.Key, out var other) && AreEqual(i.Value, other)),
            (IList s, IList t) => s is object?[] == t is object?[] && s.Count == t.Count
                && Enumerable.Range(0, s.Count).All(i => AreEqual(s[i], t[i])),
            _ => ReferenceEquals(a, b),
        };
    }

    /// <summary>Which comes first; NaN is neither before nor behind anything.</summary>
    /// <returns>Below 0, 0, above 0; null where they cannot be told apart.</returns>
    public static int? Order(object? a, object? b)
    {
        StackGuard.Check();
        if (Number(a) is { } x && Number(b) is { } y)
        {
            return Compare(x, y);
        }

        if (a is string s && b is string t)
        {
            return CompareText(s, t);
        }

        if (a is IList left && b is IList right && a is object?[] == b is object?[])
        {
            for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
            {
                if (!AreEqual(left[i], right[i]))
                {
                    return Order(left[i], right[i]);
                }
            }

            return left.Count.CompareTo(right.Count);
        }

        throw Missing(a) ?? Missing(b)
            ?? new TemplateFault($"expected two values with an order, got {TypeName(a)} and {TypeName(b)}");
    }

    /// <summary>Whether something is in a list, a key in a dictionary, a text in a text.</summary>
    public static bool Contains(object? container, object? item) => container switch
    {
        string text => item is string part ? text.Contains(part, StringComparison.Ordinal)
            : throw Missing(item)
                ?? new TemplateFault($"expected a string to look for in a string, got {TypeName(item)}"),
        IList list => list.Cast<object?>().Any(i => AreEqual(i, item)),
        DictValue dict => item is List<object?> or DictValue
            ? throw new TemplateFault($"{TypeName(item)} cannot be a dictionary's key") : dict.TryGet(item, out _),
        Undefined => false,
        _ => throw new TemplateFault($"'in': expected a list, a dictionary or a string, got {TypeName(container)}"),
    };

    /// <summary>The items that a loop walks.</summary>
    public static IReadOnlyList<object?> Items(object? value) => value switch
    {
        IReadOnlyList<object?> list => list,
        DictValue dict => [.. dict.Keys],
        string text => [.. Characters(text)],
        Undefined => [],
        _ => throw new TemplateFault($"expected a list, a dictionary or a string to walk, got {TypeName(value)}"),
    };

    public static long Length(object? value) => value switch
    {
        string text => CountCharacters(text),
        IList list => list.Count,
        DictValue dict => dict.Count,
        Undefined => 0,
        LoopValue loop => loop.Length,
        _ => throw new TemplateFault($"expected a list, a dictionary or a string with a length, got {TypeName(value)}"),
    };

    /// <summary>Code points, each as a string; a lone half of a surrogate pair counts as one.</summary>
    public static IEnumerable<string> Characters(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var pair = char.IsSurrogatePair(text, i) ? 2 : 1;
            yield return text.Substring(i, pair);
            i += pair - 1;
        }
    }

    private static long CountCharacters(string text)
    {
        var count = text.Length;
        for (var i = 0; i + 1 < text.Length; i++)
        {
            if (char.IsSurrogatePair(text[i], text[i + 1]))
            {
                count--;
                i++;
            }
        }

        return count;
    }

    /// <summary>A truth value, whole or real number as one of the latter two; null for anything else.</summary>
    public static object? Number(object? value) => value switch
    {
        bool truth => truth ? 1L : 0L,
        long or double => value,
        _ => null,
    };

    /// <summary>The fault of using what there is not; null where there is something.</summary>
    public static TemplateFault? Missing(object? value) => (value as Undefined)?.Fault();

    private static int? Compare(object x, object y) => (x, y) switch
    {
        (long a, long b) => a.CompareTo(b),
        (double a, _) when double.IsNaN(a) => null,
        (_, double b) when double.IsNaN(b) => null,
        (double a, double b) => a.CompareTo(b),
        (long a, double b) => ((double)a).CompareTo(b),
        (double a, long b) => a.CompareTo((double)b),
        _ => null,
    };

    // By code points, where .NET compares halves of surrogate pairs.
    private static int CompareText(string s, string t)
    {
        using var right = t.EnumerateRunes().GetEnumerator();
        foreach (var rune in s.EnumerateRunes())
        {
            if (!right.MoveNext())
            {
                return 1;
            }

            if (rune != right.Current)
            {
                return rune.CompareTo(right.Current);
            }
        }

        return right.MoveNext() ? -1 : 0;
    }
}
