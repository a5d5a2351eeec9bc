namespace MaaS.Text.Training;

/// <summary>How a WordPiece vocabulary is made.</summary>
public sealed record WordPieceTrainingOptions : TokenizerTrainingOptions
{
    /// <summary>How text is prepared, in training as later.</summary>
    public BertOptions Bert { get; init; } = new();

    /// <summary>Characters at most; the rarest beyond that are left out and words with them become [UNK].</summary>
    public int LimitAlphabet { get; init; } = 1000;
}
