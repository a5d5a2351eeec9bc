namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>Kinds of a template's tokens.</summary>
internal enum TemplateTokenKind
{
    /// <summary>Text between tags.</summary>
    Text,

    /// <summary>What opens a statement.</summary>
    BlockBegin,

    /// <summary>What closes a statement.</summary>
    BlockEnd,

    /// <summary>What opens an expression to print.</summary>
    VariableBegin,

    /// <summary>What closes an expression to print.</summary>
    VariableEnd,

    /// <summary>A name or a word of the language.</summary>
    Name,

    /// <summary>A string, its escapes resolved.</summary>
    String,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number with a fraction or an exponent.</summary>
    Real,

    /// <summary>An operator or a bracket.</summary>
    Operator,

    /// <summary>Nothing follows.</summary>
    End,
}
