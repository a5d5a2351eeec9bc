using System.Reflection;
using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public partial class Module
        {
            /// <summary>Registers the modules, parameters and tensors that the fields hold, under the fields' names.</summary>
            /// <remarks>[ComponentName(Name = "…")] on a field gives another name. Calling it again does nothing.</remarks>
            protected virtual void RegisterComponents()
            {
                if (_areComponentsRegistered) return;
                foreach (var field in ComponentFields(GetType()))
                {
                    var component = field.ComponentName();
                    if (_internal_submodules.ContainsKey(component) || _internal_params.ContainsKey(component) ||
                        _internal_buffers.ContainsKey(component)) continue;
                    switch (field.GetValue(this))
                    {
                        case Module module: register_module(component, module); break;
                        case Parameter parameter: register_parameter(component, parameter); break;
                        case Tensor tensor: register_buffer(component, tensor); break;
                    }
                }
                _areComponentsRegistered = true;
            }

            /// <summary>Adds a tensor that is no parameter. A non-persistent one is no part of the state dictionary.</summary>
            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                ArgumentNullException.ThrowIfNull(tensor);
                if (!_internal_buffers.TryAdd(name, (tensor, persistent)))
                    throw new InvalidOperationException($"Tensor {name} is already registered.");
            }

            public virtual void register_parameter(string name, Parameter param)
            {
                ArgumentNullException.ThrowIfNull(param);
                if (!_internal_params.TryAdd(name, param))
                    throw new InvalidOperationException($"Parameter {name} is already registered.");
            }

            public void add_module(string name, Module module) => register_module(name, module);

            /// <summary>Adds a submodule; null removes the one of that name.</summary>
            public virtual void register_module(string name, Module submodule)
            {
                if (submodule is null || submodule.IsDisposed)
                {
                    _internal_submodules.Remove(name);
                    return;
                }
                if (string.IsNullOrEmpty(name)) throw new ArgumentException("module name can't be empty string \"\"");
                if (name.Contains('.')) throw new ArgumentException($"module name can't contain \".\", got: {name}");
                if (_internal_submodules.ContainsKey(name))
                    throw new InvalidOperationException($"Sub-module {name} is already registered.");
                submodule.RegisterComponents();
                _internal_submodules.Add(name, submodule);
            }

            protected void ConditionallyRegisterParameter(string name, Tensor? value) =>
                ConditionallyRegisterParameter(name, value as Parameter);

            /// <summary>Adds or replaces a parameter; null removes it.</summary>
            protected void ConditionallyRegisterParameter(string name, Parameter? value)
            {
                if (value is not null) _internal_params[name] = value;
                else _internal_params.Remove(name);
            }

            /// <summary>Adds or replaces a buffer; null removes it.</summary>
            protected void ConditionallyRegisterBuffer(string name, Tensor? value, bool persistent = true)
            {
                if (value is not null) _internal_buffers[name] = (value, persistent);
                else _internal_buffers.Remove(name);
            }

            protected void ClearModules() => _internal_submodules.clear();

            /// <summary>Sets a layer's parameter: frees the old one, takes the new one out of any dispose scope.</summary>
            private protected void Assign(ref Parameter? field, Parameter? value, string component)
            {
                if (ReferenceEquals(field, value)) return;
                field?.DetachFromDisposeScope().Dispose();
                value?.DetachFromDisposeScope();
                field = value;
                ConditionallyRegisterParameter(component, value);
            }

            /// <summary>Sets a layer's buffer: frees the old one, takes the new one out of any dispose scope.</summary>
            private protected void AssignBuffer(ref Tensor? field, Tensor? value, string component)
            {
                if (ReferenceEquals(field, value)) return;
                field?.DetachFromDisposeScope().Dispose();
                value?.DetachFromDisposeScope();
                field = value;
                ConditionallyRegisterBuffer(component, value);
            }

            /// <summary>All instance fields, the derived type's first; a name that a base repeats counts once.</summary>
            private static IEnumerable<FieldInfo> ComponentFields(Type type)
            {
                var seen = new HashSet<string>();
                for (var t = type; t is not null && t != typeof(object); t = t.BaseType)
                {
                    const BindingFlags instance = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance;
                    foreach (var field in t.GetFields(instance))
                        if (seen.Add(field.Name)) yield return field;
                }
            }
        }
    }
}
