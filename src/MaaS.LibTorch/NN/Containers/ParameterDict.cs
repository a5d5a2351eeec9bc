using System.Collections;
using System.Diagnostics.CodeAnalysis;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static ParameterDict ParameterDict(params (string, Parameter)[] parameters)
            {
                var result = new ParameterDict();
                foreach (var parameter in parameters) result.Add(parameter);
                return result;
            }
        }
    }
}

namespace TorchSharp.Modules
{
    /// <summary>Parameters by name.</summary>
    public class ParameterDict : nn.Module, IDictionary<string, Parameter>, IList<(string, Parameter)>
    {
        private readonly OrderedDict<string, Parameter> _entries = new();

        public ParameterDict() : base(nameof(ParameterDict))
        {
        }

        public int Count => _entries.Count;

        public bool IsReadOnly => false;

        public ICollection<string> Keys => _entries.Keys;

        public ICollection<Parameter> Values => _entries.Values;

        public (string, Parameter) this[int index]
        {
            get => _entries[index];
            set => _entries[index] = value;
        }

        public Parameter this[string key]
        {
            get => _entries[key];
            set => _entries[key] = value;
        }

        public IEnumerator<(string, Parameter)> items() => _entries.GetEnumerator();

        public IEnumerable<string> keys() => _entries.Keys;

        public IEnumerable<Parameter> values() => _entries.Values;

        public void clear() => _entries.Clear();

        public void Clear() => _entries.Clear();

        public void Add((string, Parameter) item) => _entries.Add(item);

        public void Add(string key, Parameter value) => _entries.Add(key, value);

        public void Add(KeyValuePair<string, Parameter> item) => _entries.Add(item);

        public void Insert(int index, (string, Parameter) item) => _entries.Insert(index, item);

        public bool Remove(string key) => _entries.Remove(key);

        public bool Remove((string, Parameter) item) => Contains(item) && Remove(item.Item1);

        public bool Remove(KeyValuePair<string, Parameter> item) => Remove((item.Key, item.Value));

        public void RemoveAt(int index) => _entries.RemoveAt(index);

        public bool Contains((string, Parameter) item) => IndexOf(item) >= 0;

        public bool Contains(KeyValuePair<string, Parameter> item) => Contains((item.Key, item.Value));

        public bool ContainsKey(string key) => _entries.ContainsKey(key);

        public bool TryGetValue(string key, [MaybeNullWhen(false)] out Parameter value) => _entries.TryGetValue(key, out value);

        public int IndexOf((string, Parameter) item) =>
            _entries.TryGetValue(item.Item1, out var held) && ReferenceEquals(held, item.Item2) ? Keys.ToList().IndexOf(item.Item1) : -1;

        public void CopyTo((string, Parameter)[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);

        public void CopyTo(KeyValuePair<string, Parameter>[] array, int arrayIndex) => _entries.CopyTo(array, arrayIndex);

        public IEnumerator<(string, Parameter)> GetEnumerator() => _entries.GetEnumerator();

        IEnumerator<KeyValuePair<string, Parameter>> IEnumerable<KeyValuePair<string, Parameter>>.GetEnumerator() =>
            ((IEnumerable<KeyValuePair<string, Parameter>>)_entries).GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        public override IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse) => _entries;

        public override bool has_parameter(string target) => _entries.ContainsKey(target);

        public override Parameter? get_parameter(string target) => _entries.TryGetValue(target, out var parameter) ? parameter : null;

        // The dictionary itself is the registry, so that it may change after the module was registered.
        protected override void RegisterComponents()
        {
        }

        protected override void _toEpilog(ScalarType? dtype, Device? device, bool non_blocking)
        {
            using var move = new Move();
            foreach (var (key, parameter) in _entries.ToList<(string, Parameter)>())
                if (move.Replaces(parameter, () => ReplaceParameter(dtype, device, parameter, out var p) ? p : null, out var moved))
                    _entries[key] = moved;
            if (device is not null) (_deviceType, _deviceIndex) = (device.type, device.index);
        }
    }
}
