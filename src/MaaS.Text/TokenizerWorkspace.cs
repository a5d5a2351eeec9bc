using MaaS.Text.Models;
using MaaS.Text.PreTokenizers;
using MaaS.Text.Unicode;


namespace MaaS.Text;

/// <summary>What encoding works in; each thread keeps one for its next call.</summary>
internal sealed class TokenizerWorkspace
{
    // Larger ones are left to the collector, so that one huge text does not hold memory for good.
    private const int MaxKept = 1 << 18;

    [ThreadStatic]
    private static TokenizerWorkspace? _kept;

    /// <summary>A text between added tokens.</summary>
    public TextBuffer Text { get; } = new();

    /// <summary>A part of it between added tokens that were found after normalization.</summary>
    public TextBuffer Part { get; } = new();

    public WordList Words { get; } = new();

    public TokenRun First { get; } = new();

    public TokenRun Second { get; } = new();

    public static TokenizerWorkspace Rent()
    {
        var workspace = _kept ?? new();
        _kept = null;
        return workspace;
    }

    public static void Return(TokenizerWorkspace workspace)
    {
        if (Math.Max(workspace.Text.Capacity, Math.Max(workspace.First.Capacity, workspace.Second.Capacity)) <= MaxKept)
        {
            _kept = workspace;
        }
    }
}
