namespace MaaS.Text.Training;

/// <summary>How a vocabulary is made from a corpus.</summary>
public abstract record TokenizerTrainingOptions
{
    /// <summary>Tokens at most, special tokens and alphabet included; a small corpus may give fewer.</summary>
    public int VocabSize { get; init; } = 30_000;

    /// <summary>Pairs that occur less often are not merged.</summary>
    public int MinFrequency { get; init; } = 2;

    /// <summary>
    /// Special tokens. WordPiece has [PAD], [UNK], [CLS], [SEP] and [MASK] besides; BPE has <c>&lt;|endoftext|&gt;</c>
    /// where none are named.
    /// </summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = [];

    /// <summary>Words of more UTF-16 units (byte-level: bytes) are not learnt from.</summary>
    public int MaxWordLength { get; init; } = 100;

    /// <summary>Told how many texts were read, then how many tokens there are, on the training thread.</summary>
    public IProgress<TokenizerTrainingProgress>? Progress { get; init; }

    internal void ThrowIfTooSmall(int needed)
    {
        if (VocabSize < needed)
        {
            throw new ArgumentException(
                $"tokenizer training: expected a VocabSize of at least {needed}, the special tokens and the alphabet, "
                    + $"got {VocabSize}.");
        }
    }
}

/// <summary>How far training is.</summary>
/// <param name="Texts">Read so far.</param>
/// <param name="Tokens">In the vocabulary so far; 0 while texts are read.</param>
public readonly record struct TokenizerTrainingProgress(long Texts, int Tokens);
