namespace MaaS.Text.PostProcessors;

/// <summary>What an encoding is made of, in order.</summary>
internal sealed class Template(params TemplateItem[] items)
{
    /// <summary>One text and nothing else.</summary>
    public static Template PlainSingle { get; } = new(TemplateItem.First(0));

    /// <summary>Two texts and nothing else.</summary>
    public static Template PlainPair { get; } = new(TemplateItem.First(0), TemplateItem.Second(1));

    public IReadOnlyList<TemplateItem> Items => items;

    /// <summary>Special tokens that the template adds.</summary>
    public int SpecialTokens { get; } = items.Sum(static item => item.SpecialIds.Length);

    /// <summary>The same without special tokens.</summary>
    public Template WithoutSpecialTokens() => new([.. items.Where(static item => item.Sequence is not null)]);
}

/// <summary>A text or special tokens.</summary>
/// <param name="Sequence">0 for the first text, 1 for the second; null for special tokens.</param>
/// <param name="SpecialIds">Empty for a text.</param>
/// <param name="TypeId">Of all its tokens.</param>
internal sealed record TemplateItem(int? Sequence, int[] SpecialIds, int TypeId)
{
    public static TemplateItem First(int typeId) => new(0, [], typeId);

    public static TemplateItem Second(int typeId) => new(1, [], typeId);

    public static TemplateItem Special(int id, int typeId) => new(null, [id], typeId);
}
