using MaaS.Core.Packages;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;

namespace MaaS.Serving.OpenAi.Embeddings;

/// <summary>How many texts an encoder takes at once, and how they share its runs.</summary>
internal static class TextLimits
{
    /// <summary>A run's tokens, padding among them, and its rows: more gain nothing and hold up others.</summary>
    public const int RunTokens = 4096, RunRows = 32;

    // Requests share a run where their rows are of one length; what is filled up is masked.
    private const int LengthStep = 8;

    // As many texts as OpenAI takes at once, where nothing else is configured.
    private const int DefaultMaxTexts = 2048;

    /// <summary>The step that a batch's length is rounded up to: one that lets it share a run with another request's,
    /// where that costs no more tokens than the run that it may save.</summary>
    /// <param name="lengths">Tokens of its rows.</param>
    public static int StepOf(IReadOnlyCollection<int> lengths)
    {
        var longest = lengths.Max();
        var filled = (LengthStep - (longest % LengthStep)) % LengthStep;
        return lengths.Count * filled <= LengthBatches.RunCost ? LengthStep : 1;
    }

    /// <summary>Refuses more texts than a model takes at once.</summary>
    /// <exception cref="RequestException">400, with the member at fault.</exception>
    public static void ThrowIfTooMany(ServedModel model, int count, string parameter)
    {
        var most = model.Options.MaxTexts ?? DefaultMaxTexts;
        if (count > most)
        {
            throw RequestFields.Fault(
                parameter, $"expected at most {most} texts, got {count}; send them in several requests");
        }
    }

    /// <summary>Refuses a text of more characters than a model takes, before it becomes tokens.</summary>
    /// <exception cref="RequestException">400, with the member at fault.</exception>
    public static void ThrowIfTooLong(ServedModel model, string text, string parameter)
    {
        var longest = model.Options.MaxTextLength ?? ModelOptions.DefaultMaxTextLength;
        if (text.Length > longest)
        {
            throw RequestFields.Fault(parameter, $"expected at most {longest} characters, got {text.Length}");
        }
    }
}
