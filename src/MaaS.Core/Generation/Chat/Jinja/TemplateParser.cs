namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>Reads a template: its statements. Expressions stand in the other part.</summary>
internal sealed partial class TemplateParser
{
    // Deeper ones are refused while reading: nothing that a person writes comes near.
    private const int MaxDepth = 100;

    private readonly IReadOnlyList<TemplateToken> _tokens;
    private readonly HashSet<string> _callable = new(TemplateFunctions.All.Keys, StringComparer.Ordinal);
    private int _at;
    private int _depth;
    private int _loops;

    private TemplateParser(IReadOnlyList<TemplateToken> tokens) => _tokens = tokens;

    private TemplateToken Current => _tokens[_at];

    /// <summary>The statements of a template.</summary>
    /// <exception cref="TemplateFault">Something is not Jinja, or not of the part of it that is supported.</exception>
    public static Statement Parse(string template)
    {
        var parser = new TemplateParser(TemplateLexer.Read(template));
        parser.FindNames();
        var body = parser.Body();
        return parser.Current.Kind == TemplateTokenKind.End ? body : throw parser.Unexpected("a statement");
    }

    // Names that may hold a macro: of macros, of what is set, of parameters and loops.
    private void FindNames()
    {
        for (var i = 0; i + 1 < _tokens.Count; i++)
        {
            if (_tokens[i].IsName("macro") && _tokens[i + 1].Kind == TemplateTokenKind.Name)
            {
                _callable.Add(_tokens[i + 1].Text);
            }
            else if (_tokens[i].Kind == TemplateTokenKind.Name && _tokens[i + 1].IsOperator("=")
                && i > 0 && _tokens[i - 1].IsName("set"))
            {
                _callable.Add(_tokens[i].Text);
            }
        }
    }

    // Statements up to one of the words, which stays to be read; up to the end for none.
    private Block Body(params string[] ends)
    {
        Enter();
        List<Statement> statements = [];
        var line = Current.Line;
        while (Current.Kind != TemplateTokenKind.End)
        {
            var token = Next();
            switch (token.Kind)
            {
                case TemplateTokenKind.Text:
                    statements.Add(new Data(token.Line, token.Text));
                    break;
                case TemplateTokenKind.VariableBegin:
                    statements.Add(new Print(token.Line, Tuple()));
                    Expect(TemplateTokenKind.VariableEnd, "'}}'");
                    break;
                default:
                    if (ends.Contains(Current.Text) && Current.Kind == TemplateTokenKind.Name)
                    {
                        _depth--;
                        return new Block(line, statements);
                    }

                    statements.Add(StatementOf(Next()));
                    break;
            }
        }

        _depth--;
        return ends.Length == 0 ? new Block(line, statements)
            : throw new TemplateFault(line, $"expected {{% {ends[^1]} %}}, got the end of the template");
    }

    private Statement StatementOf(TemplateToken word)
    {
        var known = word.Kind == TemplateTokenKind.Name ? word.Text : "";
        switch (known)
        {
            case "if":
                return IfOf(word.Line);
            case "for":
                return ForOf(word.Line);
            case "set":
                return SetOf(word.Line);
            case "macro":
                return MacroOf(word.Line);
            case "generation":
                // Marks what an assistant wrote for training; rendering is as without it.
                EndTag();
                var body = Body("endgeneration");
                Close();
                return body;
            case "break" or "continue" when _loops > 0:
                EndTag();
                return new Jump(word.Line, known == "break" ? Flow.Break : Flow.Continue);
            default:
                throw new TemplateFault(
                    word.Line,
                    $"expected if, for, set, macro, generation, or within a loop break or continue, got {word}; other "
                    + "statements are not supported");
        }
    }

    private If IfOf(int line)
    {
        List<(Expression, Statement)> branches = [];
        Statement? otherwise = null;
        while (true)
        {
            var condition = Tuple(choice: false);
            EndTag();
            branches.Add((condition, Body("elif", "else", "endif")));
            var word = Next();
            if (word.IsName("elif"))
            {
                continue;
            }

            EndTag();
            if (word.IsName("else"))
            {
                otherwise = Body("endif");
                Close();
            }

            return new(line, branches, otherwise);
        }
    }

    private For ForOf(int line)
    {
        var target = TargetOf(namespaces: false);
        if (!Current.IsName("in"))
        {
            throw Unexpected("'in'");
        }

        _at++;
        var items = Tuple(choice: false);
        var filter = Take("if") ? Choice() : null;
        if (Current.IsName("recursive"))
        {
            throw new TemplateFault(Current.Line, "recursive loops are not supported; write a macro");
        }

        EndTag();
        _loops++;
        var body = Body("else", "endfor");
        _loops--;
        Statement? otherwise = null;
        if (Take("else"))
        {
            EndTag();
            otherwise = Body("endfor");
        }

        Close();
        return new(line, target, items, filter, body, otherwise, _loops);
    }

    private Statement SetOf(int line)
    {
        var target = TargetOf(namespaces: true);
        if (Current.IsOperator("="))
        {
            _at++;
            var value = Tuple();
            EndTag();
            return new Set(line, target, value);
        }

        List<(TemplateFunction, ArgumentList)> filters = [];
        while (Current.IsOperator("|"))
        {
            _at++;
            filters.Add(FilterOf());
        }

        EndTag();
        var loops = _loops;
        _loops = 0;
        var body = Body("endset");
        _loops = loops;
        Close();
        return new SetBlock(line, target, body, filters);
    }

    private MacroDefinition MacroOf(int line)
    {
        var name = Name();
        List<(string, Expression?)> parameters = [];
        ExpectOperator("(");
        while (!Current.IsOperator(")"))
        {
            if (parameters.Count > 0)
            {
                ExpectOperator(",");
            }

            var parameter = Name();
            Expression? absent = null;
            if (Current.IsOperator("="))
            {
                _at++;
                absent = Choice();
            }
            else if (parameters is [.., (_, not null)])
            {
                throw new TemplateFault(line, $"macro {name}: '{parameter}' has no default and follows one that has");
            }

            parameters.Add((parameter, absent));
        }

        ExpectOperator(")");
        EndTag();
        var loops = _loops;
        _loops = 0;
        var body = Body("endmacro");
        _loops = loops;
        Close();
        return new(line, name, parameters, body);
    }

    private Target TargetOf(bool namespaces)
    {
        List<Target> parts = [];
        var several = false;
        do
        {
            if (parts.Count > 0 && Current.Kind != TemplateTokenKind.Name && !Current.IsOperator("("))
            {
                break;
            }

            parts.Add(OneTarget(namespaces && parts.Count == 0));
            several |= Current.IsOperator(",");
        }
        while (TakeOperator(","));
        return several ? new(null, null, parts) : parts[0];
    }

    private Target OneTarget(bool namespaces)
    {
        if (TakeOperator("("))
        {
            Enter();
            var inner = TargetOf(namespaces: false);
            _depth--;
            ExpectOperator(")");
            return inner;
        }

        var line = Current.Line;
        var name = Name();
        if (name is "true" or "false" or "none" or "True" or "False" or "None" or "loop")
        {
            throw new TemplateFault(line, $"expected a name to set, got '{name}'");
        }

        return namespaces && TakeOperator(".") ? new(name, Name(), []) : new(name, null, []);
    }
}
