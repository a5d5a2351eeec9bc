using System.Collections;
using static TorchSharp.torch;

namespace MaaS.Training.Data;

/// <summary>The tensors of a batch of any type: a tensor, or tuples, records, arrays, lists and dictionaries that hold
/// some.</summary>
/// <remarks>Of records and other types the properties with a value of their own count, public ones, in the order of
/// their names' declaration; a property that is computed at each call does not.</remarks>
public static class TensorTree
{
    /// <summary>Refuses a type whose values cannot hold tensors.</summary>
    /// <exception cref="ArgumentException">The message names the type and what is expected.</exception>
    public static void Require(Type type)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (!TensorMembers.MayHold(type))
        {
            throw new ArgumentException(
                $"Batch: expected a Tensor, or a tuple, record, array, list or dictionary of tensors, got {type}, "
                    + "which holds none.", nameof(type));
        }
    }

    /// <summary>The tensors with their places, such as <c>Inputs</c>, <c>Item2</c>, <c>[0]</c> or
    /// <c>[mask].Ids</c>.</summary>
    /// <param name="tree">Null holds none.</param>
    public static IEnumerable<KeyValuePair<string, Tensor>> Named(object? tree) => Walk(tree, "");

    /// <summary>How many bytes the tensors have.</summary>
    public static long Bytes(object? tree)
        => Named(tree).Sum(static t => t.Value.NumberOfElements * t.Value.ElementSize);

    /// <summary>Frees every tensor.</summary>
    public static void Dispose(object? tree)
    {
        if (tree is ValueTuple<Tensor, Tensor> pair)   // The most usual batch, each step.
        {
            pair.Item1.Dispose();
            pair.Item2.Dispose();
            return;
        }

        foreach (var (_, tensor) in Named(tree))
        {
            tensor.Dispose();
        }
    }

    /// <summary>The same tree with other tensors; the given one stays as it is.</summary>
    /// <param name="tree">What a batch holds.</param>
    /// <param name="change">Called once a tensor; it may give back the same one.</param>
    /// <exception cref="ArgumentException">A part of it cannot be built anew.</exception>
    public static T Map<T>(T tree, Func<Tensor, Tensor> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return (T)Mapped(tree, change)!;
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Walk(object? value, string place) => value switch
    {
        null or string => [],
        Tensor tensor => [new(place, tensor)],
        IDictionary map => map.Keys.Cast<object>().SelectMany(key => Walk(map[key], $"{place}[{key}]")),
        IEnumerable items => items.Cast<object?>().SelectMany((item, i) => Walk(item, $"{place}[{i}]")),
        _ => TensorMembers.Of(value.GetType())
            .SelectMany(m => Walk(m.Get(value), place.Length == 0 ? m.Name : $"{place}.{m.Name}")),
    };

    private static object? Mapped(object? value, Func<Tensor, Tensor> change)
    {
        switch (value)
        {
            case null or string:
                return value;
            case Tensor tensor:
                return change(tensor);
            case Array items:
                var array = (Array)items.Clone();
                for (var i = 0; i < array.Length; i++)
                {
                    array.SetValue(Mapped(array.GetValue(i), change), i);
                }

                return array;
            case IDictionary map:
                var copy = (IDictionary)New(map);
                foreach (var key in map.Keys)
                {
                    copy[key] = Mapped(map[key], change);
                }

                return copy;
            case IList list:
                return MappedList(list, change);
            default:
                return TensorMembers.With(value, member => Mapped(member, change));
        }
    }

    // A list that cannot be made empty and filled, as those of collection expressions, becomes an array.
    private static IList MappedList(IList list, Func<Tensor, Tensor> change)
    {
        if (!list.IsReadOnly && list.GetType().GetConstructor(Type.EmptyTypes) is { } constructor)
        {
            var added = (IList)constructor.Invoke(null);
            foreach (var item in list)
            {
                added.Add(Mapped(item, change));
            }

            return added;
        }

        var element = list.GetType().GetInterfaces().First(
            static i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))
                .GetGenericArguments()[0];
        var array = Array.CreateInstance(element, list.Count);
        for (var i = 0; i < array.Length; i++)
        {
            array.SetValue(Mapped(list[i], change), i);
        }

        return array;
    }

    private static object New(object like)
        => like.GetType().GetConstructor(Type.EmptyTypes) is { } constructor
            ? constructor.Invoke(null)
            : throw new ArgumentException(
                $"Batch: expected an array, a List or a Dictionary, got {like.GetType()}, which cannot be built anew.",
                nameof(like));
}
