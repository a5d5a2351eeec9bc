using MaaS.Text.Components;


namespace MaaS.Text.Models;

/// <summary>Cuts words into tokens of a vocabulary. Safe for use by many threads.</summary>
internal interface ITokenModel : IComponent
{
    Vocabulary Vocabulary { get; }

    /// <summary>Adds the tokens of a non-empty word without lone surrogates to a run, whose current word it
    /// is.</summary>
    void Tokenize(ReadOnlySpan<char> word, TokenRun run);
}
