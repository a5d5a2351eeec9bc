using MaaS.Text.Models;
using MaaS.Text.PreTokenizers;
using MaaS.Text.Unicode;


namespace MaaS.Text;

/// <summary>From a text to its tokens without special ones: added tokens, normalizer, pre-tokenizer, model.</summary>
internal sealed class TokenizerPipeline
{
    private readonly WordReader _reader;
    private readonly ITokenModel _model;
    private readonly AddedTokenFinder? _raw, _normalized;

    public TokenizerPipeline(TokenizerParts parts)
    {
        _reader = new(parts.Normalizer, parts.PreTokenizer);
        _model = parts.Model;
        _raw = Finder(parts.AddedTokens.Where(static t => !t.Normalized).Select(static t => (t.Content, t)));
        _normalized = Finder(parts.AddedTokens.Where(static t => t.Normalized).Select(t => (Normalize(t.Content), t)));
    }

    /// <summary>Adds the tokens of a text to a run.</summary>
    public void Run(ReadOnlySpan<char> text, TokenRun run, TokenizerWorkspace workspace, SpecialTokens special)
    {
        if (_raw is null || _raw.IsAbsent(text))
        {
            RunText(text, 0, run, workspace, special);
            return;
        }

        foreach (var (token, start, end) in _raw.Split(text, special))
        {
            if (token is not null)
            {
                run.Add(token.Id, new(start, end));
            }
            else
            {
                RunText(text[start..end], start, run, workspace, special);
            }
        }
    }

    private void RunText(
        ReadOnlySpan<char> text, int offset, TokenRun run, TokenizerWorkspace workspace, SpecialTokens special)
    {
        var buffer = workspace.Text;
        buffer.Load(text, offset);
        _reader.Normalize(buffer);
        if (_normalized is null || _normalized.IsAbsent(buffer.Chars))
        {
            RunWords(buffer, run, workspace.Words);
            return;
        }

        foreach (var (token, start, end) in _normalized.Split(buffer.Chars, special, buffer))
        {
            if (token is not null)
            {
                run.Add(token.Id, buffer.Origin(start, end));
                continue;
            }

            workspace.Part.Load(buffer, start, end);
            RunWords(workspace.Part, run, workspace.Words);
        }
    }

    private void RunWords(TextBuffer text, TokenRun run, WordList words)
    {
        _reader.Split(text, words);
        ReadOnlySpan<char> chars = text.Chars;
        for (var w = 0; w < words.Count; w++)
        {
            var (start, end) = words[w];
            run.BeginWord(text, start);
            _model.Tokenize(chars[start..end], run);
        }
    }

    private string Normalize(string text)
    {
        var buffer = new TextBuffer();
        buffer.Load(text, 0);
        _reader.Normalize(buffer);
        return buffer.Chars.ToString();
    }

    private static AddedTokenFinder? Finder(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        var findable = tokens.Where(static t => t.Text.Length > 0).ToArray();
        return findable.Length == 0 ? null : new(findable);
    }
}
