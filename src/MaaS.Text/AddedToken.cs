namespace MaaS.Text;

/// <summary>A token that is found in a text before anything else looks at it.</summary>
/// <param name="Content">What is looked for.</param>
/// <param name="Id">From 0.</param>
public sealed record AddedToken(string Content, int Id)
{
    /// <summary>Whether decoding leaves it out when asked to leave special tokens out.</summary>
    public bool Special { get; init; }

    /// <summary>Whether it must not touch a word character on either side.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Whether it takes white space before it along.</summary>
    public bool LeftStrip { get; init; }

    /// <summary>Whether it takes white space behind it along.</summary>
    public bool RightStrip { get; init; }

    /// <summary>Whether it is looked for in the normalized text instead of the text as given.</summary>
    public bool Normalized { get; init; }
}
