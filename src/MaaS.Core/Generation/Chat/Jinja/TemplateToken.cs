namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>A piece of a template's source.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Text between tags, a name, an operator's characters, the digits of a number, or a string's
/// value.</param>
/// <param name="Line">Where it begins, from 1.</param>
internal readonly record struct TemplateToken(TemplateTokenKind Kind, string Text, int Line)
{
    /// <summary>Whether it is this operator.</summary>
    public bool IsOperator(string text) => Kind == TemplateTokenKind.Operator && Text == text;

    /// <summary>Whether it is this word.</summary>
    public bool IsName(string text) => Kind == TemplateTokenKind.Name && Text == text;

    /// <summary>As an error names it.</summary>
    public override string ToString() => Kind switch
    {
        TemplateTokenKind.End => "the end of the template",
        TemplateTokenKind.BlockBegin => "'{%'",
        TemplateTokenKind.BlockEnd => "'%}'",
        TemplateTokenKind.VariableBegin => "'{{'",
        TemplateTokenKind.VariableEnd => "'}}'",
        TemplateTokenKind.Text => "text",
        _ => $"'{Text}'",
    };
}
