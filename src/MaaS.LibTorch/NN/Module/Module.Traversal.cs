using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>Parameters with their dotted names, each once, this module's own first.</summary>
            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<IntPtr> { 0 };   // What is disposed is not there.
                foreach (var (key, parameter) in _internal_params)
                    if (seen.Add(parameter.handle)) yield return (key, parameter);
                if (!recurse) yield break;
                foreach (var (child, module) in named_children())
                    foreach (var (key, parameter) in module.named_parameters(true))
                        if (seen.Add(parameter.handle)) yield return ($"{child}.{key}", parameter);
            }

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) =>
                named_parameters(recurse).Select(p => p.parameter);

            /// <summary>Buffers with their dotted names, each once, this module's own first.</summary>
            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<IntPtr> { 0 };
                foreach (var (key, (buffer, persistent)) in _internal_buffers)
                    if ((persistent || include_nonpersistent) && seen.Add(buffer.handle)) yield return (key, buffer);
                if (!recurse) yield break;
                foreach (var (child, module) in named_children())
                    foreach (var (key, buffer) in module.named_buffers(true, include_nonpersistent))
                        if (seen.Add(buffer.handle)) yield return ($"{child}.{key}", buffer);
            }

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) =>
                named_buffers(recurse, include_nonpersistent).Select(b => b.buffer);

            public virtual IEnumerable<(string name, Module module)> named_children() => _internal_submodules;

            public virtual IEnumerable<Module> children() => named_children().Select(c => c.module);

            /// <summary>All modules below this one with their dotted names, level by level; this one is not among them.</summary>
            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach (var child in named_children()) yield return child;
                foreach (var (child, module) in named_children())
                    foreach (var (key, descendant) in module.named_modules())
                        yield return ($"{child}.{key}", descendant);
            }

            public virtual IEnumerable<Module> modules() => named_modules().Select(m => m.module);

            public virtual bool has_parameter(string target) => get_parameter(target) is not null;

            public virtual bool has_buffer(string target) => get_buffer(target) is not null;

            /// <summary>The parameter of a dotted name, or null.</summary>
            public virtual Parameter? get_parameter(string target) =>
                _internal_params.TryGetValue(target, out var parameter) ? parameter
                : Descend(target) is var (child, rest) ? child.get_parameter(rest)
                : null;

            /// <summary>The buffer of a dotted name, or null.</summary>
            public virtual Tensor? get_buffer(string target) =>
                _internal_buffers.TryGetValue(target, out var buffer) ? buffer.Item1
                : Descend(target) is var (child, rest) ? child.get_buffer(rest)
                : null;

            private (Module child, string rest)? Descend(string target)
            {
                var dot = target.IndexOf('.');
                if (dot < 0) return null;
                var child = named_children().FirstOrDefault(c => c.name == target[..dot]).module;
                return child is null ? null : (child, target[(dot + 1)..]);
            }
        }
    }
}
