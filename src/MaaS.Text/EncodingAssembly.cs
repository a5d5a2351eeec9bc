using MaaS.Text.Models;
using MaaS.Text.PostProcessors;


namespace MaaS.Text;

/// <summary>Cuts runs of tokens to the length asked for and puts them together with special tokens.</summary>
internal static class EncodingAssembly
{
    /// <summary>Makes an encoding and those of what was cut off, unless nobody wants these.</summary>
    public static TokenEncoding Assemble(
        TokenRun first, TokenRun? second, Template template, Truncation? truncation, Func<int, string> token,
        bool withOverflow = true)
    {
        var (firstParts, secondParts) = Cut(first, second, template.SpecialTokens, truncation, withOverflow);
        TokenEncoding Make(Range a, Range b) => Fill(template, [(first, a), (second ?? first, b)], token);
        var encoding = Make(firstParts[0], secondParts[0]);
        if (firstParts.Count + secondParts.Count > 2)
        {
            encoding.Overflow = [.. firstParts.Skip(1).Append(firstParts[0])
                .SelectMany(a => secondParts.Select(b => (a, b)))
                .Where(p => !p.a.Equals(firstParts[0]) || !p.b.Equals(secondParts[0]))
                .Select(p => Make(p.a, p.b))];
        }

        return encoding;
    }

    private static (List<Range> First, List<Range> Second) Cut(
        TokenRun first, TokenRun? second, int special, Truncation? truncation, bool withOverflow)
    {
        var (a, b) = (first.Count, second?.Count ?? 0);
        if (truncation is null || a + (long)b + special <= truncation.MaxLength)
        {
            return ([new(0, a)], [new(0, b)]);
        }

        var room = truncation.MaxLength - special;
        if (room < 0)
        {
            throw new ArgumentException(
                $"truncation: expected MaxLength of at least {special}, the special tokens, got "
                + $"{truncation.MaxLength}.");
        }

        var (keepFirst, keepSecond) = Lengths(a, b, second is not null, room, truncation.Strategy);
        return (Parts(a, keepFirst, truncation, withOverflow), Parts(b, keepSecond, truncation, withOverflow));
    }

    private static (int First, int Second) Lengths(int a, int b, bool isPair, int room, TruncationStrategy strategy)
    {
        if (!isPair)
        {
            return (room, 0);
        }

        if (strategy == TruncationStrategy.LongestFirst)
        {
            var shorter = Math.Min(Math.Min(a, b), room / 2);
            return a <= b ? (shorter, Math.Min(b, room - shorter)) : (Math.Min(a, room - shorter), shorter);
        }

        var (other, name) = strategy == TruncationStrategy.OnlyFirst ? (b, "first") : (a, "second");
        if (other >= room && other > 0)
        {
            throw new ArgumentException(
                $"truncation: expected room for the {name} text, but the other has {other} tokens and {room} fit; use "
                    + "LongestFirst or a larger MaxLength.");
        }

        return strategy == TruncationStrategy.OnlyFirst ? (room - b, b) : (a, room - a);
    }

    // The part that stays and those that were cut off, each overlapping with the one before by the stride.
    private static List<Range> Parts(int length, int keep, Truncation truncation, bool withOverflow)
    {
        if (length <= keep)
        {
            return [new(0, length)];
        }

        if (truncation.Stride < 0 || (truncation.Stride > 0 && truncation.Stride >= keep))
        {
            throw new ArgumentException(
                $"truncation: expected a Stride from 0 and below the {keep} tokens that fit, got {truncation.Stride}.");
        }

        if (keep == 0)
        {
            return [new(0, 0)];
        }

        List<Range> parts = [];
        var (step, end) = (keep - truncation.Stride, keep);
        for (; parts.Count == 0 || (withOverflow && end - step < length); end += step)
        {
            var (from, to) = (end - keep, Math.Min(end, length));
            parts.Add(truncation.Side == Side.Right ? from..to : Math.Max(0, length - end)..(length - from));
        }

        return parts;
    }

    private static TokenEncoding Fill(
        Template template, ReadOnlySpan<(TokenRun Run, Range Range)> texts, Func<int, string> token)
    {
        var length = template.SpecialTokens;
        foreach (var item in template.Items)
        {
            if (item.Sequence is { } s)
            {
                length += texts[s].Range.GetOffsetAndLength(texts[s].Run.Count).Length;
            }
        }

        var encoding = new TokenEncoding(length, token);
        Array.Fill(encoding.AttentionMask, 1);
        var at = 0;
        foreach (var item in template.Items)
        {
            if (item.Sequence is { } sequence)
            {
                var (run, range) = texts[sequence];
                var count = range.GetOffsetAndLength(run.Count).Length;
                run.Ids[range].CopyTo(encoding.Ids.AsSpan(at));
                run.Origins[range].CopyTo(encoding.Offsets.AsSpan(at));
                encoding.TypeIds.AsSpan(at, count).Fill(item.TypeId);
                at += count;
                continue;
            }

            foreach (var id in item.SpecialIds)
            {
                encoding.Ids[at] = id;
                encoding.TypeIds[at] = item.TypeId;
                encoding.SpecialTokensMask[at++] = 1;
            }
        }

        return encoding;
    }
}
