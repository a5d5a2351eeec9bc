using System.Text.RegularExpressions;

namespace MaaS.Training.Checkpoints;

/// <summary>The names of a family of checkpoints.</summary>
internal sealed partial class CheckpointFormat
{
    /// <summary>What the family is called.</summary>
    public required string Name { get; init; }

    /// <summary>What keys of the network itself begin with in checkpoints of whole models, as <c>bert.</c>; heads have
    /// no prefix.</summary>
    public required string Prefix { get; init; }

    /// <summary>Every module with weights; null where the model's names are the checkpoint's.</summary>
    public IReadOnlyList<WeightRule>? Rules { get; init; }

    /// <summary>Modules of <see cref="Rules"/> that have no prefix, by the start of their name.</summary>
    public IReadOnlyList<string> Heads { get; init; } = [];

    /// <summary>Other keys under which a tensor may stand: those that share its values.</summary>
    public IReadOnlyDictionary<string, string> Ties { get; init; } = new Dictionary<string, string>();

    /// <summary>Keys that carry no weights of their own: tables that can be computed.</summary>
    public required Regex Ignored { get; init; }

    /// <summary>Where a parameter stands, with its key in <see cref="WeightRule.Theirs"/>' form; null where no rule
    /// names it.</summary>
    public (string Key, WeightRule Rule)? Find(string parameter)
    {
        if (Rules is null)
        {
            var key = Normalize(parameter);
            return (key, new WeightRule(parameter, key));
        }

        var dot = parameter.LastIndexOf('.');
        var (module, leaf) = dot < 0 ? ("", parameter) : (parameter[..dot], parameter[dot..]);
        foreach (var rule in Rules)
        {
            var number = Number().Match(module);
            if (rule.Own == Number().Replace(module, "#"))
            {
                return (rule.Theirs.Replace("#", number.Value, StringComparison.Ordinal) + leaf, rule);
            }
        }

        return null;
    }

    /// <summary>A checkpoint's key without prefix and with today's names of layer norm's parameters.</summary>
    public string Normalize(string key)
    {
        key = key.StartsWith(Prefix, StringComparison.Ordinal) ? key[Prefix.Length..] : key;
        return key.EndsWith(".gamma", StringComparison.Ordinal) ? key[..^"gamma".Length] + "weight"
            : key.EndsWith(".beta", StringComparison.Ordinal) ? key[..^"beta".Length] + "bias"
            : key;
    }

    /// <summary>The key that is written.</summary>
    public string Full(string key) => Heads.Any(h => key.StartsWith(h, StringComparison.Ordinal)) ? key : Prefix + key;

    [GeneratedRegex(@"(?<=\.)\d+(?=\.|$)")]
    private static partial Regex Number();
}
