namespace MaaS.Text.PreTokenizers;

/// <summary>What becomes of the delimiters that cut a text.</summary>
internal enum SplitBehavior
{
    /// <summary>They are left out.</summary>
    Removed,

    /// <summary>Each is a word.</summary>
    Isolated,

    /// <summary>Each ends the word before it.</summary>
    MergedWithPrevious,

    /// <summary>Each starts the word after it.</summary>
    MergedWithNext,

    /// <summary>A run of them is a word.</summary>
    Contiguous,
}
