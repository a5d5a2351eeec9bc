using MaaS.Text.Cleaning;


namespace MaaS.Core.Packages;

/// <summary>How texts become token ids: cleaning, then the package's <c>tokenizer.json</c>, then a limit.</summary>
public sealed record TextPreprocessing
{
    /// <summary>Path of the tokenizer in a package.</summary>
    public const string TokenizerFile = "tokenizer.json";

    /// <summary>Names of <see cref="TextCleaner.All"/>, applied in this order.</summary>
    public IReadOnlyList<string> Cleaning { get; init; } = [];

    /// <summary>Most tokens of a text, special ones included, at least 3.</summary>
    public required int MaxLength { get; init; }

    /// <summary>What happens to a text with more tokens.</summary>
    public OverlongText Overlong { get; init; }

    /// <summary>Every fault; empty when it is sound.</summary>
    internal IEnumerable<string> Faults()
    {
        if (MaxLength < 3)
        {
            yield return $"text: expected a maxLength of at least 3, got {MaxLength}";
        }

        foreach (var unknown in Cleaning.Where(static step => !TextCleaner.IsStep(step)).Take(1))
        {
            yield return "text: expected cleaning steps among "
                + $"{string.Join(", ", TextCleaner.All.Select(static s => s.Name))}, got '{unknown}'; a newer MaaS may "
                + "know it";
        }

        if (!Enum.IsDefined(Overlong))
        {
            yield return $"text: expected overlong texts to be truncated or refused, got {Overlong}";
        }
    }
}

/// <summary>What happens to a text with more tokens than a model takes.</summary>
public enum OverlongText
{
    /// <summary>Its first tokens are used.</summary>
    Truncate,

    /// <summary>Its first and last tokens are used, half of the limit each: mails end in what gives them
    /// away.</summary>
    /// <remarks>Sun et al. 2019, "How to Fine-Tune BERT for Text Classification?", section 5.3.1.</remarks>
    KeepEnds,

    /// <summary>It is an error.</summary>
    Refuse,
}
