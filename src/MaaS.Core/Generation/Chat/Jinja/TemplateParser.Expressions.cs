using System.Globalization;

namespace MaaS.Core.Generation.Chat.Jinja;

/// <content>Expressions, from those that bind least to those that bind most.</content>
internal sealed partial class TemplateParser
{
    // One value, or several with commas between, which are a tuple.
    private Expression Tuple(bool choice = true, bool empty = false)
    {
        var line = Current.Line;
        List<Expression> items = [];
        var several = false;
        while (!TupleEnds())
        {
            items.Add(choice ? Choice() : Or());
            if (!TakeOperator(","))
            {
                break;
            }

            several = true;
        }

        return several || (items.Count == 0 && empty) ? new Sequence(line, items, tuple: true)
            : items.Count == 1 ? items[0] : throw Unexpected("an expression");
    }

    private bool TupleEnds() => Current.Kind is TemplateTokenKind.BlockEnd or TemplateTokenKind.VariableEnd
        || Current.IsOperator(")");

    private Expression Choice()
    {
        Enter();
        var value = Or();
        while (Current.IsName("if"))
        {
            var line = Next().Line;
            var condition = Or();
            value = new Choice(line, condition, value, Take("else") ? Choice() : null);
        }

        _depth--;
        return value;
    }

    private Expression Or()
    {
        var left = And();
        while (Current.IsName("or"))
        {
            left = new Junction(Next().Line, all: false, left, And());
        }

        return left;
    }

    private Expression And()
    {
        var left = Not();
        while (Current.IsName("and"))
        {
            left = new Junction(Next().Line, all: true, left, Not());
        }

        return left;
    }

    private Expression Not()
    {
        if (!Current.IsName("not"))
        {
            return Compare();
        }

        Enter();
        var negation = new Negation(Next().Line, Not());
        _depth--;
        return negation;
    }

    private Expression Compare()
    {
        var (line, first) = (Current.Line, Sum());
        List<(string, Expression)> rest = [];
        while (true)
        {
            if (Current.Kind == TemplateTokenKind.Operator
                && Current.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
            {
                rest.Add((Next().Text, Sum()));
            }
            else if (Take("in"))
            {
                rest.Add(("in", Sum()));
            }
            else if (Current.IsName("not") && _tokens[_at + 1].IsName("in"))
            {
                _at += 2;
                rest.Add(("not in", Sum()));
            }
            else
            {
                return rest.Count == 0 ? first : new Comparison(line, first, rest);
            }
        }
    }

    private Expression Sum()
    {
        var left = Concatenated();
        while (Current.IsOperator("+") || Current.IsOperator("-"))
        {
            var op = Next();
            left = new Arithmetic(op.Line, op.Text, left, Concatenated());
        }

        return left;
    }

    private Expression Concatenated()
    {
        var (line, first) = (Current.Line, Product());
        List<Expression> parts = [first];
        while (TakeOperator("~"))
        {
            parts.Add(Product());
        }

        return parts.Count == 1 ? first : new Concatenation(line, parts);
    }

    private Expression Product()
    {
        var left = PowerOf();
        while (Current.Kind == TemplateTokenKind.Operator && Current.Text is "*" or "/" or "//" or "%")
        {
            var op = Next();
            left = new Arithmetic(op.Line, op.Text, left, PowerOf());
        }

        return left;
    }

    // From the left, as Jinja has it.
    private Expression PowerOf()
    {
        var left = Unary();
        while (Current.IsOperator("**"))
        {
            left = new Arithmetic(Next().Line, "**", left, Unary());
        }

        return left;
    }

    private Expression Unary(bool filters = true)
    {
        Enter();
        var value = Current.IsOperator("-") || Current.IsOperator("+")
            ? new Sign(Current.Line, Next().Text == "-", Unary(filters: false)) : Primary();
        value = Postfix(value);
        while (filters)
        {
            if (TakeOperator("|"))
            {
                var line = Current.Line;
                var (filter, arguments) = FilterOf();
                value = new FilterCall(line, value, filter, arguments);
            }
            else if (Take("is"))
            {
                value = TestOf(value);
            }
            else if (Current.IsOperator("("))
            {
                value = CallOf(value);
            }
            else
            {
                break;
            }
        }

        _depth--;
        return value;
    }

    private Expression Primary()
    {
        var token = Next();
        switch (token.Kind)
        {
            case TemplateTokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Constant(token.Line, true),
                    "false" or "False" => new Constant(token.Line, false),
                    "none" or "None" => new Constant(token.Line, null),
                    "not" or "and" or "or" or "in" or "is" or "if" or "else" => throw Wrong(token),
                    _ => new Variable(token.Line, token.Text),
                };
            case TemplateTokenKind.String:
                var text = token.Text;
                while (Current.Kind == TemplateTokenKind.String)
                {
                    text += Next().Text;
                }

                return new Constant(token.Line, text);
            case TemplateTokenKind.Integer:
                return Whole(token);
            case TemplateTokenKind.Real:
                return new Constant(
                    token.Line, double.Parse(token.Text, NumberStyles.Float, CultureInfo.InvariantCulture));
            case TemplateTokenKind.Operator when token.Text == "(":
                var inner = Tuple(empty: true);
                ExpectOperator(")");
                return inner;
            case TemplateTokenKind.Operator when token.Text == "[":
                return ListOf(token.Line);
            case TemplateTokenKind.Operator when token.Text == "{":
                return DictOf(token.Line);
            default:
                throw Wrong(token);
        }
    }

    private static Constant Whole(TemplateToken token) => new(
        token.Line,
        long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var whole) ? whole
            : throw new TemplateFault(token.Line, $"the whole number {token.Text} does not fit into 64 bits"));

    private Sequence ListOf(int line)
    {
        List<Expression> items = [];
        while (!Current.IsOperator("]"))
        {
            items.Add(Choice());
            if (!TakeOperator(","))
            {
                break;
            }
        }

        ExpectOperator("]");
        return new(line, items, tuple: false);
    }

    private Dictionary DictOf(int line)
    {
        List<(Expression, Expression)> items = [];
        while (!Current.IsOperator("}"))
        {
            var key = Choice();
            ExpectOperator(":");
            items.Add((key, Choice()));
            if (!TakeOperator(","))
            {
                break;
            }
        }

        ExpectOperator("}");
        return new(line, items);
    }
}
