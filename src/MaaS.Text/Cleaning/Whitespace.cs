using System.Text;

namespace MaaS.Text.Cleaning;

/// <summary>One space for every run of white space; none at the ends.</summary>
internal sealed class Whitespace : ICleaningStep
{
    public string Name => "whitespace";

    public string Description => "single spaces";

    public string Apply(string text)
    {
        var result = new StringBuilder(text.Length);
        var gap = false;
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c))
            {
                gap = result.Length > 0;
                continue;
            }

            if (gap)
            {
                result.Append(' ');
                gap = false;
            }

            result.Append(c);
        }

        return result.ToString();
    }
}
