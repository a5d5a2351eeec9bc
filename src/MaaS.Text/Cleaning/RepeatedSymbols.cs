using System.Text.RegularExpressions;

namespace MaaS.Text.Cleaning;

/// <summary>
/// Three of what repeats more often, where it is no letter or digit: <c>**********</c> becomes <c>***</c> and <c>- - -
/// - -</c> becomes <c>- - - </c>. Tokenizers make a token of every symbol, and lines that are drawn with them would
/// fill a model's length.
/// </summary>
internal sealed partial class RepeatedSymbols : ICleaningStep
{
    public string Name => "repeats";

    public string Description => "at most three repetitions of a symbol or a short pattern of symbols";

    public string Apply(string text) => Repetition().Replace(text, "$1$1$1");

    [GeneratedRegex(@"([^\p{L}\p{N}]{1,4}?)\1{3,}", RegexOptions.CultureInvariant)]
    private static partial Regex Repetition();
}
