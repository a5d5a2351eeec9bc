using System.Text;

namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>Text in the making, counted.</summary>
internal sealed class TemplateOutput(Rendering run)
{
    private readonly StringBuilder _text = new();

    public void Add(string text)
    {
        run.Make(text.Length);
        _text.Append(text);
    }

    public override string ToString() => _text.ToString();
}
