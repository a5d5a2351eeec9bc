using System.Collections.Frozen;

namespace MaaS.Core.Generation.Chat.Jinja;

/// <content>Attributes, items, calls, filters and tests, and the reading of single tokens.</content>
internal sealed partial class TemplateParser
{
    private Expression Postfix(Expression value)
    {
        while (true)
        {
            var line = Current.Line;
            if (TakeOperator("."))
            {
                var name = Next();
                value = name.Kind == TemplateTokenKind.Name ? new AttributeAccess(line, value, name.Text)
                    : name.Kind == TemplateTokenKind.Integer ? new ItemAccess(line, value, Whole(name))
                        : throw new TemplateFault(name.Line, $"expected a name or a number after '.', got {name}");
            }
            else if (TakeOperator("["))
            {
                value = Subscript(line, value);
            }
            else if (Current.IsOperator("("))
            {
                value = CallOf(value);
            }
            else
            {
                return value;
            }
        }
    }

    private Expression Subscript(int line, Expression value)
    {
        var bounds = new Expression?[3];
        var colons = 0;
        while (!Current.IsOperator("]"))
        {
            if (TakeOperator(":"))
            {
                colons++;
                continue;
            }

            if (colons > 2 || bounds[colons] is not null)
            {
                throw Unexpected("']'");
            }

            bounds[colons] = Choice();
        }

        _at++;
        return colons > 2 || (colons == 0 && bounds[0] is null)
            ? throw new TemplateFault(line, "expected an index or [start:stop:step]")
            : colons == 0 ? new ItemAccess(line, value, bounds[0]!)
            : new SliceAccess(line, value, bounds[0], bounds[1], bounds[2]);
    }

    private Call CallOf(Expression target)
    {
        var line = Current.Line;
        if (target is Variable { Name: var function } && !_callable.Contains(function))
        {
            throw new TemplateFault(
                line, $"the function '{function}' is not supported; supported are {Listed(TemplateFunctions.All.Keys)} "
                + "and the template's macros");
        }

        if (target is AttributeAccess { Name: var method } && !PythonMethods.Names.Contains(method))
        {
            throw new TemplateFault(
                line, $"the method '{method}' is not supported; supported are {Listed(PythonMethods.Names)}");
        }

        return new(line, target, Arguments());
    }

    private (TemplateFunction Filter, ArgumentList Arguments) FilterOf()
    {
        var line = Current.Line;
        var filter = Known(TemplateFilters.All, Name(), "filter", line);
        return (filter, Current.IsOperator("(") ? Arguments() : ArgumentList.Empty);
    }

    private Expression TestOf(Expression value)
    {
        var line = Current.Line;
        var negated = Take("not");
        var test = Known(TemplateTests.All, Name(), "test", line);
        var arguments = ArgumentList.Empty;
        if (Current.IsOperator("("))
        {
            arguments = Arguments();
        }
        else if (Current.Kind is TemplateTokenKind.String or TemplateTokenKind.Integer or TemplateTokenKind.Real
            || Current.IsOperator("[") || Current.IsOperator("{")
            || (Current.Kind == TemplateTokenKind.Name
                && Current.Text is not ("else" or "or" or "and" or "if" or "in" or "not" or "is" or "recursive")))
        {
            arguments = new([Postfix(Primary())], []);
        }

        Expression call = new TestCall(line, value, test, arguments);
        return negated ? new Negation(line, call) : call;
    }

    private static TemplateFunction Known(
        FrozenDictionary<string, TemplateFunction> all, string name, string kind, int line)
        => all.TryGetValue(name, out var function) ? function : throw new TemplateFault(
            line, $"the {kind} '{name}' is not supported; supported are {Listed(all.Keys)}");

    private static string Listed(IEnumerable<string> names)
        => string.Join(", ", names.Where(static n => char.IsLetter(n[0])).Order(StringComparer.Ordinal));

    private ArgumentList Arguments()
    {
        ExpectOperator("(");
        List<Expression> positional = [];
        List<(string, Expression)> named = [];
        while (!Current.IsOperator(")"))
        {
            if (Current.IsOperator("*") || Current.IsOperator("**"))
            {
                throw new TemplateFault(Current.Line, $"'{Current.Text}' before a value of a call is not supported");
            }

            if (Current.Kind == TemplateTokenKind.Name && _tokens[_at + 1].IsOperator("="))
            {
                var name = Next().Text;
                _at++;
                named.Add((name, Choice()));
            }
            else if (named.Count > 0)
            {
                throw new TemplateFault(Current.Line, "a value without a name cannot follow one with a name");
            }
            else
            {
                positional.Add(Choice());
            }

            if (!TakeOperator(","))
            {
                break;
            }
        }

        ExpectOperator(")");
        return new(positional, named);
    }

    private TemplateToken Next()
    {
        var token = Current;
        _at += token.Kind == TemplateTokenKind.End ? 0 : 1;
        return token;
    }

    private bool Take(string name)
    {
        var found = Current.IsName(name);
        _at += found ? 1 : 0;
        return found;
    }

    private bool TakeOperator(string text)
    {
        var found = Current.IsOperator(text);
        _at += found ? 1 : 0;
        return found;
    }

    private string Name() => Current.Kind == TemplateTokenKind.Name ? Next().Text : throw Unexpected("a name");

    private void Expect(TemplateTokenKind kind, string expected)
    {
        if (Current.Kind != kind)
        {
            throw Unexpected(expected);
        }

        _at++;
    }

    private void ExpectOperator(string text)
    {
        if (!TakeOperator(text))
        {
            throw Unexpected($"'{text}'");
        }
    }

    private void EndTag() => Expect(TemplateTokenKind.BlockEnd, "'%}'");

    // The word that ends a body, and the end of its tag.
    private void Close()
    {
        _at++;
        EndTag();
    }

    private void Enter()
    {
        if (++_depth > MaxDepth)
        {
            throw new TemplateFault(Current.Line, $"statements and expressions are nested more than {MaxDepth} deep");
        }
    }

    private TemplateFault Unexpected(string expected)
        => new(Current.Line, $"expected {expected}, got {Current}");

    private static TemplateFault Wrong(TemplateToken token)
        => new(token.Line, $"expected an expression, got {token}");
}
