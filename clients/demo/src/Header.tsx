export function Header() {
  return (
    <header>
      <svg className="mark" viewBox="0 0 24 24" aria-hidden="true">
        <circle cx="5.5" cy="18.5" r="2.2" />
        <path d="M5 11a8 8 0 0 1 8 8M5 4a15 15 0 0 1 15 15" />
      </svg>
      <h1>Tidings</h1>
      <p>Events from a backend, to the right user’s browser, in order and without loss.</p>
    </header>
  );
}
